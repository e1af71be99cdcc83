"""The `mapix` command. Subcommands load when they are asked for, so that the start stays light."""
