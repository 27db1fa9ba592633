#include "core/base/failure.h"

#include <c10/util/Exception.h>

#include <array>
#include <filesystem>
#include <new>
#include <opencv2/core.hpp>
#include <string_view>
#include <system_error>

namespace adrep {
namespace {

Failure no_memory() {
  return {"out of memory; lower memory= or batch=", ExitCode::failure, true};
}

/// Whether a library's text says that it got no memory. Only the CPU's allocator and CUDA's have such texts; oneDNN and
/// the interpreter of scripts pass them on in exceptions of other types.
bool tells_of_memory(std::string_view text) {
  constexpr std::array<std::string_view, 5> phrases = {"DefaultCPUAllocator: can't allocate memory",
                                                       "DefaultCPUAllocator: not enough memory", "CUDA out of memory",
                                                       "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED"};
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
}

/// The line of a text that says why: the first, but the last of a script's, whose trace comes first.
std::string telling_line(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return "unknown error";
  text = text.substr(begin, text.find_last_not_of(blank) + 1 - begin);
  const size_t last = text.find_last_of('\n');
  if (text.starts_with("The following operation failed in the TorchScript interpreter") &&
      last != std::string_view::npos)
    return std::string(text.substr(last + 1));
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::string(line.substr(0, line.find_last_not_of(blank) + 1));
}

Failure failure_from(std::string_view text) {
  return tells_of_memory(text) ? no_memory() : Failure{telling_line(text)};
}

/// "/a/b: cannot remove: Permission denied"
std::string line_of(const std::filesystem::filesystem_error& error) {
  std::string where;
  for (const auto& path : {error.path1(), error.path2()})
    if (!path.empty()) where += (where.empty() ? "" : ", ") + path.string();
  // filesystem_error::what() has the paths once more, behind the reason
  return (where.empty() ? "" : where + ": ") + error.std::system_error::what();
}

}  // namespace

Failure failure_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return {telling_line(error.what()), error.code()};
  } catch (const std::bad_alloc&) {
    return no_memory();
  } catch (const c10::OutOfMemoryError&) {
    return no_memory();
  } catch (const c10::Error& error) {
    return failure_from(error.what_without_backtrace());
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) return no_memory();
    return {"OpenCV: " + telling_line(error.err) + (error.func.empty() ? "" : " (" + error.func + ")")};
  } catch (const std::filesystem::filesystem_error& error) {
    return {telling_line(line_of(error))};
  } catch (const std::exception& error) {
    return failure_from(error.what());
  } catch (...) {
    return {"unknown error: something was thrown that is no exception"};
  }
}

Failure current_failure() {
  return failure_of(std::current_exception());
}

Failure contained_failure() {
  try {
    throw;
  } catch (const Interrupted&) {
    throw;
  } catch (const WriteError&) {
    throw;
  } catch (...) {
    return current_failure();
  }
}

}  // namespace adrep
