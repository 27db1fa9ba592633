#pragma once
#include <CLI/CLI.hpp>

#include "detectors/pipeline/pipeline.h"

namespace adrep::cli {

/// How a command loads a model's file.
struct ModelOptions {
  std::string model, device = "cpu", weights;
  bool trust_code = false;
  int64_t threads = 0;

  /// Adds MODEL and the options that every such command has.
  void add_to(CLI::App& command);
  /// Sets the threads, and says how to load.
  PipelineOptions pipeline_options() const;
};

}  // namespace adrep::cli
