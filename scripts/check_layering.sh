#!/usr/bin/env bash
# Includes point one way, between top folders and between their sub-folders: scripts/rooms.txt is the list.
exec python3 "$(dirname "$0")/rooms.py" check
