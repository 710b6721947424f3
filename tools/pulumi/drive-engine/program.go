// Knows what a program of a few resources does: registers each as soon as what it refers to is known, all at the same time, in
// the order in which they are declared, as the SDK for Node.js does.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
)

// declared is a resource of a program. In its inputs, {"$ref": ["web", "clientId"]} is an output of another,
// {"$secret": …} a secret, and {"$seen": [{"name": "web", "keys": ["clientId", …], …}, …]} a text of all these outputs.
type declared struct {
	Type    string         `json:"type"`
	Name    string         `json:"name"`
	Inputs  map[string]any `json:"inputs"`
	Options options        `json:"options"`
}

type options struct {
	Protect             bool     `json:"protect"`
	IgnoreChanges       []string `json:"ignoreChanges"`
	ReplaceOnChanges    []string `json:"replaceOnChanges"`
	RetainOnDelete      bool     `json:"retainOnDelete"`
	DeleteBeforeReplace *bool    `json:"deleteBeforeReplace"`
	Aliases             []string `json:"aliases"`
	AliasTypes          []string `json:"aliasTypes"`
	Import              string   `json:"import"`
	Provider            string   `json:"provider"`
	DependsOn           []string `json:"dependsOn"`
	Secrets             []string `json:"secrets"`
}

// registered is what the engine made of a resource; over is closed when that is known.
type registered struct {
	over    chan bool
	failed  bool
	urn     resource.URN
	id      resource.ID
	outputs resource.PropertyMap
}

type evaluation struct {
	dryRun  bool
	monitor *deploytest.ResourceMonitor
	all     map[string]*registered
}

func declare(program []declared, dryRun bool, monitor *deploytest.ResourceMonitor) error {
	// The stack itself, as every program has it.
	if _, err := monitor.RegisterResource("pulumi:pulumi:Stack", "program-dev", false); err != nil {
		return err
	}
	e := &evaluation{dryRun: dryRun, monitor: monitor, all: map[string]*registered{}}
	for _, one := range program {
		e.all[one.Name] = &registered{over: make(chan bool)}
	}
	var group sync.WaitGroup
	var lock sync.Mutex
	var failures []error
	for _, one := range program {
		group.Add(1)
		go func() {
			defer group.Done()
			if err := e.register(one); err != nil {
				lock.Lock()
				defer lock.Unlock()
				failures = append(failures, err)
			}
		}()
		// The order of declaration is the order of registration where nothing else decides.
		time.Sleep(between)
	}
	group.Wait()
	return errors.Join(failures...)
}

func (e *evaluation) register(one declared) error {
	result := e.all[one.Name]
	defer close(result.over)
	result.failed = true
	yes := true
	optional := func(value bool) *bool {
		if value {
			return &yes
		}
		return nil
	}
	asked := deploytest.ResourceOptions{
		Parent:              stackURN(),
		Protect:             optional(one.Options.Protect),
		IgnoreChanges:       one.Options.IgnoreChanges,
		ReplaceOnChanges:    one.Options.ReplaceOnChanges,
		RetainOnDelete:      optional(one.Options.RetainOnDelete),
		DeleteBeforeReplace: one.Options.DeleteBeforeReplace,
		ImportID:            resource.ID(one.Options.Import),
		AliasSpecs:          true,
		PropertyDeps:        map[resource.PropertyKey][]resource.URN{},
	}
	for _, name := range one.Options.Secrets {
		asked.AdditionalSecretOutputs = append(asked.AdditionalSecretOutputs, resource.PropertyKey(name))
	}
	for _, name := range one.Options.Aliases {
		asked.Aliases = append(asked.Aliases, aliasOf(&pulumirpc.Alias_Spec{Name: name}))
		for _, kind := range one.Options.AliasTypes {
			asked.Aliases = append(asked.Aliases, aliasOf(&pulumirpc.Alias_Spec{Name: name, Type: kind}))
		}
	}
	for _, kind := range one.Options.AliasTypes {
		asked.Aliases = append(asked.Aliases, aliasOf(&pulumirpc.Alias_Spec{Type: kind}))
	}
	dependencies := map[resource.URN]bool{}
	for _, name := range one.Options.DependsOn {
		other, err := e.await(name)
		if err != nil {
			return nil
		}
		dependencies[other.urn] = true
	}
	if one.Options.Provider != "" {
		other, err := e.await(one.Options.Provider)
		if err != nil {
			return nil
		}
		id := string(other.id)
		if id == "" {
			id = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
		}
		asked.Provider = string(other.urn) + "::" + id
	}
	inputs := resource.PropertyMap{}
	for key, value := range one.Inputs {
		used := map[resource.URN]bool{}
		got, err := e.value(value, used)
		if err != nil {
			// What this one refers to has failed; the engine knows that already.
			return nil
		}
		inputs[resource.PropertyKey(key)] = got
		for urn := range used {
			dependencies[urn] = true
			asked.PropertyDeps[resource.PropertyKey(key)] = append(asked.PropertyDeps[resource.PropertyKey(key)], urn)
		}
	}
	for urn := range dependencies {
		asked.Dependencies = append(asked.Dependencies, urn)
	}
	sort.Slice(asked.Dependencies, func(i, j int) bool { return asked.Dependencies[i] < asked.Dependencies[j] })
	asked.Inputs = inputs
	response, err := e.monitor.RegisterResource(tokens.Type(one.Type), one.Name, true, asked)
	if err != nil {
		return err
	}
	*result = registered{over: result.over, urn: response.URN, id: response.ID, outputs: response.Outputs}
	return nil
}

func aliasOf(spec *pulumirpc.Alias_Spec) *pulumirpc.Alias {
	return &pulumirpc.Alias{Alias: &pulumirpc.Alias_Spec_{Spec: spec}}
}

func (e *evaluation) await(name string) (*registered, error) {
	other := e.all[name]
	if other == nil {
		return nil, fmt.Errorf("the program has no %s", name)
	}
	<-other.over
	if other.failed {
		return nil, fmt.Errorf("%s was not registered", name)
	}
	return other, nil
}

// output is a property as it is known of a registered resource.
func (e *evaluation) output(name, key string) (resource.PropertyValue, resource.URN, error) {
	other, err := e.await(name)
	if err != nil {
		return resource.PropertyValue{}, "", err
	}
	if key == "id" {
		if other.id == "" {
			return unknown, other.urn, nil
		}
		return resource.NewProperty(string(other.id)), other.urn, nil
	}
	value, there := other.outputs[resource.PropertyKey(key)]
	if !there && e.dryRun {
		value = unknown
	}
	return value, other.urn, nil
}

var unknown = resource.MakeComputed(resource.NewProperty(""))

// isSet is what our SDK knows of an output that is not there in a preview: whether somebody will give it a value.
func (e *evaluation) isSet(one seen, key string) bool {
	outputs := e.all[one.Name].outputs
	if _, there := outputs[resource.PropertyKey(key)]; there {
		return true
	}
	onlyWith, filled := one.Filled[key]
	if !filled {
		return false
	}
	for _, name := range one.Outputs {
		if _, there := outputs[resource.PropertyKey(name)]; there {
			return false
		}
	}
	with := outputs[resource.PropertyKey(onlyWith)]
	return onlyWith == "" || (with.IsBool() && with.BoolValue())
}

func (e *evaluation) value(raw any, used map[resource.URN]bool) (resource.PropertyValue, error) {
	switch raw := raw.(type) {
	case []any:
		items := []resource.PropertyValue{}
		for _, item := range raw {
			got, err := e.value(item, used)
			if err != nil {
				return got, err
			}
			items = append(items, got)
		}
		return resource.NewProperty(items), nil
	case map[string]any:
		if place, ok := raw["$ref"].([]any); ok {
			value, urn, err := e.output(place[0].(string), place[1].(string))
			used[urn] = true
			return value, err
		}
		if inner, ok := raw["$secret"]; ok {
			got, err := e.value(inner, used)
			return resource.MakeSecret(got), err
		}
		if places, ok := raw["$seen"]; ok {
			return e.seen(places, used)
		}
		members := resource.PropertyMap{}
		for key, member := range raw {
			got, err := e.value(member, used)
			if err != nil {
				return got, err
			}
			members[resource.PropertyKey(key)] = got
		}
		return resource.NewProperty(members), nil
	default:
		return resource.NewPropertyValue(raw), nil
	}
}

// seen is a resource of which every output is read: Filled are those that get a value from the server, perhaps only with
// another one, Outputs those that a resource has once it was made.
type seen struct {
	Name    string            `json:"name"`
	Keys    []string          `json:"keys"`
	Filled  map[string]string `json:"filled"`
	Outputs []string          `json:"outputs"`
}

// seen is `pulumi.secret(pulumi.jsonStringify({ … }))` of the outputs: unknown as soon as one of them is.
func (e *evaluation) seen(raw any, used map[resource.URN]bool) (resource.PropertyValue, error) {
	text, err := json.Marshal(raw)
	if err != nil {
		return resource.PropertyValue{}, err
	}
	var places []seen
	if err := json.Unmarshal(text, &places); err != nil {
		return resource.PropertyValue{}, err
	}
	texts := []string{}
	for _, place := range places {
		for _, key := range place.Keys {
			value, urn, err := e.output(place.Name, key)
			if err != nil {
				return value, err
			}
			used[urn] = true
			if e.dryRun && !e.isSet(place, key) {
				value = resource.NewNullProperty()
			}
			if value.ContainsUnknowns() {
				return unknown, nil
			}
			text, err := json.Marshal(plain(value))
			if err != nil {
				return value, err
			}
			texts = append(texts, fmt.Sprintf("%s.%s=%s", place.Name, key, text))
		}
	}
	return resource.MakeSecret(resource.NewProperty(strings.Join(texts, "\n"))), nil
}

func plain(value resource.PropertyValue) any {
	return value.MapRepl(nil, func(inner resource.PropertyValue) (any, bool) {
		if inner.IsSecret() {
			return plain(inner.SecretValue().Element), true
		}
		return nil, false
	})
}
