"""The ears: live devices and files, everything handed on as float32 mono at 16 kHz, true to the clock."""
