#include "core/base/failure.h"

#include <torch/csrc/jit/api/module.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <new>
#include <opencv2/core.hpp>

#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/thrown.h"

using namespace adrep;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using test::thrown_by;
namespace fs = std::filesystem;

namespace {

constexpr int64_t more_than_any_machine = int64_t{1} << 50;

template <class Action>
Failure failure_by(const Action& action) {
  const std::exception_ptr thrown = thrown_by(action);
  REQUIRE(thrown);
  return failure_of(thrown);
}

/// Calls forward() of a script with this body.
void run_script(const std::string& body) {
  torch::jit::Module module("Net");
  module.define("def forward(self, x):\n" + body);
  module.forward({at::zeros({2})});
}

void check_no_memory(const Failure& failure) {
  CHECK(failure.line == "out of memory; lower memory= or batch=");
  CHECK(failure.code == ExitCode::failure);
  CHECK(failure.out_of_memory);
}

}  // namespace

TEST_CASE("an Error keeps its line and its exit code", "[failure]") {
  const Failure input = failure_by([] { throw_input("a.png: damaged"); });
  CHECK(input.line == "a.png: damaged");
  CHECK(input.code == ExitCode::usage);
  CHECK_FALSE(input.out_of_memory);
  CHECK(failure_by([] { throw WriteError("a.json: cannot be written"); }).code == ExitCode::failure);
  CHECK(failure_by([] { throw Error("worse than before", ExitCode::regression); }).code == ExitCode::regression);
  CHECK(failure_by([] { throw_input("a.png: damaged\nmore of it"); }).line == "a.png: damaged");
}

TEST_CASE("what LibTorch throws is its reason, without the backtrace", "[failure]") {
  const Failure shapes = failure_by([] { at::zeros({2}).view({7}); });
  CHECK(shapes.line == "shape '[7]' is invalid for input of size 2");
  CHECK(shapes.code == ExitCode::failure);
  CHECK_FALSE(shapes.out_of_memory);
  const Failure script = failure_by([] { run_script("    return x.view([7])\n"); });
  CHECK_THAT(script.line, Contains("shape '[7]' is invalid for input of size 2"));
  CHECK(script.line.find('\n') == std::string::npos);
}

TEST_CASE("no memory is one line, whichever library asked for it", "[failure]") {
  check_no_memory(failure_by([] { throw std::bad_alloc(); }));
  check_no_memory(failure_by([] { throw std::bad_array_new_length(); }));
  check_no_memory(failure_by([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried 2 GiB"); }));
  check_no_memory(failure_by([] { CV_Error(cv::Error::StsNoMem, "Failed to allocate 9 bytes"); }));
  // as the CUDA runtime and cuBLAS tell it
  check_no_memory(failure_by([] { TORCH_CHECK(false, "CUDA error: out of memory\nCompile with TORCH_USE_CUDA_DSA"); }));
  check_no_memory(failure_by([] { throw std::runtime_error("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"); }));
}

TEST_CASE("memory that no machine has is one line, whoever asks for it", "[failure][out_of_memory]") {
  check_no_memory(failure_by([] { at::empty({more_than_any_machine}); }));
  check_no_memory(failure_by([] { run_script(fmt::format("    return torch.zeros([{}])\n", more_than_any_machine)); }));
  check_no_memory(failure_by([] { cv::Mat(1 << 30, 1 << 30, CV_64F); }));
  check_no_memory(failure_by([] { std::vector<char>(static_cast<size_t>(more_than_any_machine)); }));
}

TEST_CASE("what OpenCV throws is its reason and the function, on one line", "[failure]") {
  const Failure failure =
      failure_by([] { cv::add(cv::Mat::zeros(2, 2, CV_8U), cv::Mat::zeros(3, 3, CV_8U), cv::Mat()); });
  CHECK_THAT(failure.line, Catch::Matchers::StartsWith("OpenCV: ") && Contains("(arithm_op)"));
  CHECK(failure.line.find('\n') == std::string::npos);
  CHECK_FALSE(failure.out_of_memory);
  CHECK(failure.code == ExitCode::failure);
}

TEST_CASE("what the file system throws names the file and the reason", "[failure]") {
  const test::TemporaryFolder folder;
  const std::string absent = (folder / "absent").string(), other = (folder / "other").string();
  CHECK(failure_by([&] { static_cast<void>(fs::file_size(absent)); }).line ==
        absent + ": cannot get file size: No such file or directory");
  CHECK(failure_by([&] { fs::rename(absent, other); }).line ==
        absent + ", " + other + ": cannot rename: No such file or directory");
  const Failure nameless =
      failure_by([] { throw fs::filesystem_error("cannot read", std::make_error_code(std::errc::io_error)); });
  CHECK(nameless.line == "cannot read: Input/output error");
  CHECK(nameless.code == ExitCode::failure);
}

TEST_CASE("all else is one line too", "[failure]") {
  CHECK_THAT(failure_by([] { ADREP_ASSERT(1 > 2, "the order is wrong"); }).line,
             Contains("internal error at ") && Contains("the order is wrong"));
  CHECK(failure_by([] { throw std::runtime_error("\n  first \r\nsecond\n"); }).line == "first");
  CHECK(failure_by([] { throw std::runtime_error(""); }).line == "unknown error");
  CHECK_THAT(failure_by([] { throw 7; }).line, Contains("unknown error"));
}

TEST_CASE("a failure is contained unless it ends everything", "[failure]") {
  const auto contained = [](const auto& action) {
    try {
      action();
    } catch (...) {
      return contained_failure().line;
    }
    return std::string();
  };
  CHECK(contained([] { throw_input("a.png: damaged"); }) == "a.png: damaged");
  CHECK(contained([] { throw std::runtime_error("one\ntwo"); }) == "one");
  CHECK_THROWS_AS(contained([] { throw Interrupted("stopped"); }), Interrupted);
  CHECK_THROWS_AS(contained([] { throw WriteError("full"); }), WriteError);
}
