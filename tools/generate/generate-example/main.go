// Knows how to convert programs in YAML to the other languages, with Pulumi's own converter and code generators.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/blang/semver"
	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml"
	yaml "github.com/pulumi/pulumi-yaml/pkg/pulumiyaml/codegen"
	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

type generator func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error)

// By the names that code blocks have in a package schema.
var languages = map[string]generator{
	"csharp": edited(dotnet.GenerateProgram, func(text []byte) []byte {
		// C# knows no type of an array without items.
		return bytes.ReplaceAll(text, []byte("new[] {}"), []byte("new string[] {}"))
	}),
	"go":         edited(golang.GenerateProgram, compilable),
	"java":       java.GenerateProgram,
	"python":     python.GenerateProgram,
	"typescript": nodejs.GenerateProgram,
}

// A function that is called in Java gives an output, whatever it is called with.
var options = map[string][]pcl.BindOption{"java": {pcl.PreferOutputVersionedInvokes}}

func edited(generate generator, edit func([]byte) []byte) generator {
	return func(program *pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
		files, found, err := generate(program)
		for name, content := range files {
			files[name] = edit(content)
		}
		return files, found, err
	}
}

var (
	// Resources have a name behind the context.
	calls  = regexp.MustCompile(`(\w+), err := hydra\.(\w+)\(ctx, &hydra\.\w+Args\{`)
	export = regexp.MustCompile(`ctx\.Export\("(\w+)", (\w+)(\.\w+)\)`)
)

// What the generator for Go writes of functions does not compile: it misses the name of arguments where a resource has a function's
// name, and exports plain results as if they were outputs.
func compilable(text []byte) []byte {
	plain := map[string]bool{}
	for _, call := range calls.FindAllSubmatch(text, -1) {
		plain[string(call[1])] = true
	}
	text = calls.ReplaceAll(text, []byte("$1, err := hydra.$2(ctx, &hydra.${2}Args{"))
	return export.ReplaceAllFunc(text, func(line []byte) []byte {
		if part := export.FindSubmatch(line); plain[string(part[2])] {
			return fmt.Appendf(nil, `ctx.Export("%s", pulumi.Any(%s%s))`, part[1], part[2], part[3])
		}
		return line
	})
}

func main() {
	if len(os.Args) < 3 {
		fail(errors.New("usage: generate-example <schema.json> <program.yaml>..."))
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	made := map[string]map[string]string{}
	for _, file := range os.Args[2:] {
		if made[file], err = convert(text, file); err != nil {
			fail(fmt.Errorf("%s: %w", file, err))
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(made); err != nil {
		fail(err)
	}
}

// The program in each language. The generators change what they are given, so each gets a fresh one.
func convert(schemaText []byte, file string) (map[string]string, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	made := map[string]string{}
	for language, generate := range languages {
		program, err := read(schemaText, file, source, options[language]...)
		if err != nil {
			return nil, err
		}
		files, found, err := generate(program)
		if err = errors.Join(err, flaws(found)); err != nil {
			return nil, fmt.Errorf("%s: %w", language, err)
		}
		if len(files) != 1 {
			return nil, fmt.Errorf("%s: %d files", language, len(files))
		}
		for _, content := range files {
			made[language] = string(content)
		}
	}
	return made, nil
}

func read(schemaText []byte, file string, source []byte, options ...pcl.BindOption) (*pcl.Program, error) {
	pkg, err := bind(schemaText)
	if err != nil {
		return nil, err
	}
	template, found, err := pulumiyaml.LoadYAMLBytes(file, source)
	if err = errors.Join(err, flaws(found.HCL())); err != nil {
		return nil, err
	}
	text, diagnostics, err := yaml.ConvertTemplateIL(template, loader{pkg})
	if err = errors.Join(err, flaws(diagnostics)); err != nil {
		return nil, err
	}
	parser := syntax.NewParser()
	err = parser.ParseFile(strings.NewReader(text), "program.pp")
	if err = errors.Join(err, flaws(parser.Diagnostics)); err != nil {
		return nil, err
	}
	program, diagnostics, err := pcl.BindProgram(parser.Files, append(options, pcl.Loader(loader{pkg}))...)
	return program, errors.Join(err, flaws(diagnostics))
}

// Be it only a warning.
func flaws(found hcl.Diagnostics) error {
	if len(found) == 0 {
		return nil
	}
	return found
}

func bind(text []byte) (*schema.Package, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, found, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	return pkg, flaws(found)
}

// Loads the one package that there is.
type loader struct{ pkg *schema.Package }

func (l loader) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	if name != l.pkg.Name {
		return nil, fmt.Errorf("there is no package %s here", name)
	}
	return l.pkg, nil
}

func (l loader) LoadPackageV2(_ context.Context, wanted *schema.PackageDescriptor) (*schema.Package, error) {
	return l.LoadPackage(wanted.Name, nil)
}

func (l loader) LoadPackageReference(name string, _ *semver.Version) (schema.PackageReference, error) {
	pkg, err := l.LoadPackage(name, nil)
	if err != nil {
		return nil, err
	}
	return pkg.Reference(), nil
}

func (l loader) LoadPackageReferenceV2(_ context.Context, wanted *schema.PackageDescriptor) (schema.PackageReference, error) {
	return l.LoadPackageReference(wanted.Name, nil)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
