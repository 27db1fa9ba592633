#pragma once
#include "datasets/dataset.h"

/// Layout "manifest": ROOT/manifest.csv or ROOT/manifest.jsonl names every image with its label, part, class and mask
/// (manifest_file.h says how). Paths are relative to ROOT and never leave it; images that are not named are not used.
/// Masks are optional.
