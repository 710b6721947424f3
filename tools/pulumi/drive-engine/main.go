// Knows how to run Pulumi's own engine, the one inside the CLI, without its processes, files and display: a request is one
// line of JSON (state, program, command), an answer another (state, events). Knows nothing of OAuth 2.0.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blang/semver"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/backend/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/pkg/v3/secrets/b64"
	"github.com/pulumi/pulumi/pkg/v3/util/cancel"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// request is a command on a stack. With Stop, it is about the command of that id: "cancel" is Ctrl-C, "kill" is SIGKILL.
type request struct {
	ID         int                   `json:"id"`
	Stop       string                `json:"stop"`
	Command    string                `json:"command"`
	Preview    bool                  `json:"preview"`
	State      *apitype.DeploymentV3 `json:"state"`
	Program    []declared            `json:"program"`
	Providers  map[string][]string   `json:"providers"`
	Config     map[string]string     `json:"config"`
	Refresh    bool                  `json:"refresh"`
	Replace    []string              `json:"replace"`
	Targets    []string              `json:"targets"`
	Dependents bool                  `json:"dependents"`
	Imports    []imported            `json:"imports"`
	Spoil      string                `json:"spoil"`
}

type imported struct {
	Type string `json:"type"`
	Name string `json:"name"`
	ID   string `json:"id"`
}

type answer struct {
	ID     int                   `json:"id"`
	Error  string                `json:"error,omitempty"`
	State  *apitype.DeploymentV3 `json:"state,omitempty"`
	Events []apitype.EngineEvent `json:"events"`
}

// saved keeps what the engine writes after each step; a CLI that is killed leaves the last of it.
type saved struct {
	lock sync.Mutex
	last *apitype.DeploymentV3
}

func (s *saved) Save(deployment apitype.TypedDeployment) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.last = deployment.Deployment
	return nil
}

func (s *saved) state() *apitype.DeploymentV3 {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.last
}

type running struct {
	state  *saved
	source *cancel.Source
	killed chan bool
}

var (
	output   sync.Mutex
	lock     sync.Mutex
	commands = map[int]*running{}
)

func main() {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if asked.Stop != "" {
			halt(asked)
			continue
		}
		command := &running{state: &saved{last: asked.State}, killed: make(chan bool, 1)}
		_, command.source = cancel.NewContext(context.Background())
		lock.Lock()
		commands[asked.ID] = command
		lock.Unlock()
		go serve(asked, command)
	}
}

func halt(asked request) {
	lock.Lock()
	command := commands[asked.ID]
	lock.Unlock()
	if command == nil {
		return
	}
	if asked.Stop == "cancel" {
		command.source.Cancel()
		return
	}
	select {
	case command.killed <- true:
	default:
	}
}

func serve(asked request, command *running) {
	done := make(chan answer, 1)
	go func() { done <- run(asked, command) }()
	var got answer
	select {
	case got = <-done:
	case <-command.killed:
		got = answer{Error: "killed", State: command.state.state(), Events: []apitype.EngineEvent{}}
		// What the engine still does reaches nobody: its providers are gone.
		go func() { command.source.Cancel(); <-done }()
	}
	lock.Lock()
	delete(commands, asked.ID)
	lock.Unlock()
	got.ID = asked.ID
	text, err := json.Marshal(got)
	if err != nil {
		text, _ = json.Marshal(answer{ID: asked.ID, Error: "no answer: " + err.Error()})
	}
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

func run(asked request, command *running) answer {
	got := answer{Events: []apitype.EngineEvent{}}
	fail := func(err error) answer {
		got.Error = err.Error()
		got.State = command.state.state()
		return got
	}
	var before *deploy.Snapshot
	if asked.State != nil {
		snapshot, err := stack.DeserializeDeploymentV3(context.Background(), *asked.State, b64.Base64SecretsProvider)
		if err != nil {
			return fail(err)
		}
		before = snapshot
	}
	settings := config.Map{}
	for key, value := range asked.Config {
		parsed, err := config.ParseKey(key)
		if err != nil {
			return fail(err)
		}
		settings[parsed] = config.NewValue(value)
	}
	project := workspace.Project{Name: "program", Runtime: workspace.NewProjectRuntimeInfo("nodejs", nil)}
	target := deploy.Target{
		Name:      tokens.MustParseStackName("dev"),
		Config:    settings,
		Decrypter: config.NopDecrypter,
		Snapshot:  before,
	}

	events := make(chan engine.Event)
	heard := make(chan bool)
	go func() {
		for event := range events {
			if event.Internal() {
				continue
			}
			if told, err := display.ConvertEngineEvent(event, true); err == nil {
				got.Events = append(got.Events, told)
			}
		}
		close(heard)
	}()

	secrets := b64.NewBase64SecretsManager()
	var manager engine.SnapshotManager
	if !asked.Preview {
		manager = backend.NewSnapshotManager(command.state, secrets, before, nil)
	}
	options := engine.UpdateOptions{
		Parallel:             10,
		Refresh:              asked.Refresh,
		ReplaceTargets:       deploy.NewUrnTargets(asked.Replace),
		Targets:              deploy.NewUrnTargets(asked.Targets),
		TargetDependents:     asked.Dependents,
		SkipPluginPreInstall: true,
		HostFactory: func(_ context.Context, d, status diag.Sink, _ plugin.DebugContext) (plugin.Host, error) {
			return hostOf(asked, d, status), nil
		},
	}
	about := engine.UpdateInfo{Root: "/", Project: &project, Target: &target}
	within := &engine.Context{
		Cancel:          command.source.Context(),
		Events:          events,
		SnapshotManager: manager,
		BackendClient:   &deploytest.BackendClient{},
		PluginManager:   present{},
	}
	err := operate(asked, about, within, options)
	close(events)
	<-heard
	if manager != nil {
		err = errors.Join(err, manager.Close())
	}
	command.source.Terminate()
	if err != nil {
		got.Error = err.Error()
	}
	got.State = command.state.state()
	return got
}

func operate(asked request, about engine.UpdateInfo, within *engine.Context, options engine.UpdateOptions) error {
	var err error
	switch asked.Command {
	case "update":
		_, _, err = engine.Update(about, within, options, asked.Preview)
	case "refresh":
		_, _, err = engine.Refresh(about, within, options, asked.Preview)
	case "destroy":
		_, _, err = engine.Destroy(about, within, options, asked.Preview)
	case "import":
		var imports []deploy.Import
		for _, one := range asked.Imports {
			imports = append(imports, deploy.Import{
				Type: tokens.Type(one.Type), Name: one.Name, ID: resource.ID(one.ID),
				Parent: stackURN(), Protect: true,
			})
		}
		_, _, err = engine.Import(about, within, options, imports, asked.Preview)
	default:
		err = fmt.Errorf("no command %q", asked.Command)
	}
	return err
}

// hostOf is a plugin host whose providers run already, each behind its own address.
func hostOf(asked request, d, status diag.Sink) plugin.Host {
	var loaders []*deploytest.ProviderLoader
	for name, addresses := range asked.Providers {
		var taken atomic.Int64
		loaders = append(loaders, deploytest.NewProviderLoader(tokens.Package(name), semver.MustParse("0.1.0"),
			func() (plugin.Provider, error) {
				// Each provider of a program is a process of its own.
				next := int(taken.Add(1)) - 1
				if next >= len(addresses) {
					return nil, fmt.Errorf("%d providers are not enough", len(addresses))
				}
				connection, err := grpc.NewClient(addresses[next], grpc.WithTransportCredentials(insecure.NewCredentials()),
					rpcutil.GrpcChannelOptions())
				if err != nil {
					return nil, err
				}
				client := pulumirpc.NewResourceProviderClient(connection)
				provider := plugin.NewProviderWithClient(nil, client, false)
				return &attached{provider, connection, asked.Spoil, asked.Config["hydra:adminUrl"]}, nil
			}, func(loader *deploytest.PluginLoader) {
				deploytest.WithoutGrpc(loader)
				if name == "pulumi-nodejs" {
					deploytest.WithoutHandshake(loader)
				} else {
					deploytest.WithHandshake(loader)
				}
			}))
	}
	program := func(info plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		return declare(asked.Program, info.DryRun, monitor)
	}
	return deploytest.NewPluginHost(d, status, deploytest.NewLanguageRuntime(program), loaders...)
}

// attached is a provider that runs already. It can be made to have a fault, for the tests that want to see it found.
type attached struct {
	plugin.Provider
	connection *grpc.ClientConn
	spoil      string
	adminURL   string
}

func (a *attached) Close() error { return a.connection.Close() }

// Diff knows nothing of what cannot stand side by side, where nothing differs any more.
func (a *attached) Diff(ctx context.Context, asked plugin.DiffRequest) (plugin.DiffResponse, error) {
	got, err := a.Provider.Diff(ctx, asked)
	if a.spoil == "diff" && got.Changes != plugin.DiffSome {
		got.DeleteBeforeReplace = false
	}
	return got, err
}

// Delete ends whatever has the id, whoever has made it in the meantime. It goes with the fault of Diff too, which the guard of our
// own deletion would hide.
func (a *attached) Delete(ctx context.Context, asked plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	got, err := a.Provider.Delete(ctx, asked)
	if a.spoil != "" && err == nil {
		request, _ := http.NewRequestWithContext(ctx, http.MethodDelete, a.adminURL+"/admin/clients/"+string(asked.ID), nil)
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
		}
	}
	return got, err
}

// present says of every plugin that it is installed: none is looked for.
type present struct{ engine.PluginManager }

func (present) HasPlugin(context.Context, workspace.PluginDescriptor) bool { return true }

func (present) GetPluginPath(
	context.Context, diag.Sink, workspace.PluginDescriptor, []workspace.ProjectPlugin,
) (string, error) {
	return "running", nil
}

func stackURN() resource.URN {
	return resource.URN("urn:pulumi:dev::program::pulumi:pulumi:Stack::program-dev")
}

var between = 2 * time.Millisecond
