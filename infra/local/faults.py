"""What a person at the command line must know and can mend; told in a line, not as a traceback."""


class LocalFault(RuntimeError):
    """Base of all. The text says what to do, or where to look."""


class Stalled(LocalFault):
    """Nothing moves any more; the message says where the work stands."""


class EmulatorFailed(LocalFault):
    """The emulator did not start; its log tells why."""


class DeployFailed(LocalFault):
    """The template was refused; the message holds the reasons of the failed resources."""
