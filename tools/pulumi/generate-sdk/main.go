// Knows how to make the SDKs of a package schema with Pulumi's own code generators, as `pulumi package gen-sdk` does where
// the language hosts can. A schema with any flaw, be it only a warning, makes none.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "generate-sdk"

// Each makes the files of one SDK. The generators bind names to the package they are given, so each gets a fresh one.
var languages = map[string]func(*schema.Package) (map[string][]byte, error){
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, pkg, nil)
	},
	"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	},
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, nil)
	},
}

func main() {
	if len(os.Args) < 4 {
		fail(errors.New("usage: generate-sdk <schema.json> <folder> <language>..."))
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	for _, language := range os.Args[3:] {
		if err := generate(text, language, filepath.Join(os.Args[2], language)); err != nil {
			fail(fmt.Errorf("%s: %w", language, err))
		}
	}
}

func generate(text []byte, language, folder string) error {
	files, known := languages[language]
	if !known {
		return errors.New("is no language that an SDK can be made for here")
	}
	pkg, err := bind(text)
	if err != nil {
		return err
	}
	made, err := files(pkg)
	if err != nil {
		return err
	}
	for name, content := range made {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func bind(text []byte) (*schema.Package, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, found, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return nil, found
	}
	return pkg, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
