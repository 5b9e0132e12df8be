"""By which channels a contact point can be reached, in the order in which they are offered."""

OF_KIND: dict[str, tuple[str, ...]] = {
    "phone": ("call", "sms"),
    "email": ("email",),
    "im": ("im",),
    "postal": ("letter", "visit"),
}

FIRST = {kind: channels[0] for kind, channels in OF_KIND.items()}
