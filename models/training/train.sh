#!/usr/bin/env bash
# Both text readers from their bases, the accurate one first, in stages (some four hours on two cores); each is skipped when its
# result is there. Wanted: BASE (all-mpnet-base-v2), SMALL (all-MiniLM-L6-v2), GOEMOTIONS, CASINO (folders), PYTHON; DEV (a folder) is fitted on where named.
set -euo pipefail
cd "$(dirname "$0")"
work=${WORK:-../../build/training}
mkdir -p "$work"
[ -f "$work/base/config.json" ] ||
  "$PYTHON" shrink.py --base "$BASE" --goemotions "$GOEMOTIONS" --casino "$CASINO" --out "$work/base"
[ -f "$work/emotions.pt" ] ||
  "$PYTHON" emotions.py --base "$work/base" --goemotions "$GOEMOTIONS" --out "$work/emotions.pt"
[ -f "$work/reader.pt" ] ||
  "$PYTHON" joint.py --base "$work/base" --weights "$work/emotions.pt" --goemotions "$GOEMOTIONS" --out "$work/reader.pt"
[ -f "$work/fitted.pt" ] || "$PYTHON" heads.py --base "$work/base" --weights "$work/reader.pt" \
  --goemotions "$GOEMOTIONS" --out "$work/fitted.pt"
"$PYTHON" export.py --base "$work/base" --weights "$work/fitted.pt" --goemotions "$GOEMOTIONS" --unfitted --out ../reader
[ -f "$work/small_emotions.pt" ] || "$PYTHON" emotions.py --base "$SMALL" --goemotions "$GOEMOTIONS" \
  --epochs 1 --rate 1e-4 --frozen 0 --out "$work/small_emotions.pt"
[ -f "$work/small.pt" ] || "$PYTHON" distil.py --teacher-base "$work/base" --teacher "$work/fitted.pt" --base "$SMALL" \
  --weights "$work/small_emotions.pt" --goemotions "$GOEMOTIONS" --casino "$CASINO" --out "$work/small.pt"
# once more with all comments, for the feelings; what it knew of drivers and levels it keeps by teaching itself
[ -f "$work/small_again.pt" ] || "$PYTHON" distil.py --teacher-base "$SMALL" --teacher "$work/small.pt" --base "$SMALL" \
  --weights "$work/small.pt" --goemotions "$GOEMOTIONS" --casino "$CASINO" --epochs 2 --rate 1e-4 --comments 43410 \
  --lessons 10000 --out "$work/small_again.pt"
"$PYTHON" export.py --base "$SMALL" --weights "$work/small_again.pt" --goemotions "$GOEMOTIONS" ${DEV:+--dev "$DEV"} \
  --name companion-reader-minilm-3 --out ../reader-small
"$PYTHON" fit.py --reader ../reader --goemotions "$GOEMOTIONS" ${DEV:+--dev "$DEV"} --beside reader-small --longest 96
