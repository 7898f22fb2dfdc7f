"""``python -m companion``."""

from companion.entry import main

main()
