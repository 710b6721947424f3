// Knows how to make the SDK for .NET of a package schema, with the code generator that Pulumi had in a module.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 4 {
		fail(errors.New("usage: generate-dotnet-sdk <schema.json> <logo.png> <folder>"))
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	if err := generate(text, os.Args[2], os.Args[3]); err != nil {
		fail(err)
	}
}

func generate(text []byte, logo, folder string) error {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return err
	}
	pkg, found, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
	if err != nil {
		return err
	}
	if found.HasErrors() {
		return found
	}
	// The generator gets the logo by HTTP, wherever it is.
	transport := &http.Transport{}
	transport.RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
	http.DefaultTransport = transport
	http.DefaultClient.Transport = transport
	if logo, err = filepath.Abs(logo); err != nil {
		return err
	}
	pkg.LogoURL = "file://" + filepath.ToSlash(logo)
	made, err := dotnet.GeneratePackage("generate-dotnet-sdk", pkg, nil, nil)
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

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
