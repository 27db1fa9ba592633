#pragma once
#include <nlohmann/json.hpp>

#include "core/base/failure.h"
#include "core/io/damaged.h"

namespace adrep {

/// Runs `load`; what it throws becomes one InputError about this file. Memory that ran out and the user's wish to stop
/// are not the file's fault and are thrown on. writer: is added where the file's description lacks something.
template <class F>
void naming_file(const std::filesystem::path& file, F&& load, const std::string& writer = "") {
  try {
    load();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    const std::string line = error.what(), name = file.string();
    if (line.starts_with(name + ": ")) throw InputError(line);
    throw_input("{}: {}", name, line);
  } catch (const nlohmann::json::exception& error) {
    damaged(file, "its description is incomplete: {}{}", error.what(), writer);
  } catch (const c10::Error&) {
    const Failure failure = current_failure();
    if (failure.out_of_memory) throw;
    damaged(file, "its tensors do not fit together: {}", failure.line);
  }
}

}  // namespace adrep
