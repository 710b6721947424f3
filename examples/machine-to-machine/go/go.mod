module machine-to-machine

go 1.25.11

require (
	example.com/pulumi-hydra/sdk/go v0.0.0-00010101000000-000000000000
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

replace example.com/pulumi-hydra/sdk/go => ./sdks/hydra
