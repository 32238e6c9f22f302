"""Errors that a caller must act on. Outcomes (refused, throttled, capped ...) are values, not errors.

GuanxiError
├── RetryError              try again later: the queue gives the message back
│   ├── StoreBusy           the store throttled or timed out
│   └── LostRace            the same items were changed by others too many times in a row
└── ConfigurationError      a person must mend it: never retried
    ├── PolicyInvalid       the policy breaks a rule; the message names the path
    └── CalendarMissing     no working-day table for a year (R39)
"""


class GuanxiError(Exception):
    """Base of all. `code` is the value for metrics and ledgers; the text holds no personal data."""

    code = "error"


class RetryError(GuanxiError):
    code = "retry"


class StoreBusy(RetryError):
    code = "store_busy"


class LostRace(RetryError):
    code = "lost_race"


class ConfigurationError(GuanxiError):
    code = "configuration"


class PolicyInvalid(ConfigurationError):
    code = "policy_invalid"


class CalendarMissing(ConfigurationError):
    code = "calendar_missing"
