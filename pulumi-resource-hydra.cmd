@node "%~dp0pulumi-resource-hydra" %*
