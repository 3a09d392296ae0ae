"""How safe some fixes are, in the words that both a rule's fix and its `settle` need; the latter loads no grammar."""

HELD = "a set of the module holds the task until it is done; nothing else changes"
THREAD = (
    "a thread waits in the place of the event loop: what it works on must bear that, other tasks run meanwhile, and"
    " a cancellation does not stop it"
)
PLAIN = (
    "nothing in it is awaited: FastAPI runs a plain function in a thread, side by side with others, which what it works"
    " on must bear"
)
BOUND = "a thread would wait in the place of the event loop: does the session or connection that it uses bear that?"
WHO_CLOSES = "who calls"  # the method that is added, when the object ends?
FOR_FEW = ", which is for "  # one or two of its methods: do they run often enough?
OF_APPLICATION = "for the application, which its lifespan opens and closes"
LENDS = "builds and lends one"  # a client: its caller does, so that other files' calls would lack it
