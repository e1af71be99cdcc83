"""`python -m mapix`: the same as the `mapix` command."""

from mapix.cli.main import main

if __name__ == "__main__":
    main()
