"""From sound to words: voice activity, endpointing, recognition, stable partials, the guard against invented words."""
