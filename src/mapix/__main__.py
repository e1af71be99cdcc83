"""The `mapix` command, also by `python -m mapix`: Ctrl-C is answered as ever while its parts are being loaded."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """The console command."""
    try:
        from mapix.cli.main import main as command

        command()
    except (KeyboardInterrupt, RuntimeError) as error:
        from mapix.properties.interrupts import is_interrupt

        if not is_interrupt(error):
            raise
        from mapix.cli.errors import report

        sys.exit(report(error))


if __name__ == "__main__":
    main()
