#pragma once
#include <exception>
#include <string>

#include "core/base/error.h"

namespace adrep {

/// What went wrong, whoever threw it.
struct Failure {
  std::string line;                   ///< one line for the user, never empty
  ExitCode code = ExitCode::failure;  ///< what the program returns when this ends it
  bool out_of_memory = false;
};

/// Any exception as one line: an Error's own; of LibTorch's, OpenCV's, FAISS's, the file system's and all others what
/// they say of the reason, without backtraces. Memory that no library could get is one and the same line.
Failure failure_of(const std::exception_ptr& thrown);

/// Of the exception that is being handled: in a catch block alone.
Failure current_failure();

/// The same where one piece of many failed (a cell, a class, a file) and the others go on. Throws Interrupted and
/// WriteError on: they end all the others too.
Failure contained_failure();

}  // namespace adrep
