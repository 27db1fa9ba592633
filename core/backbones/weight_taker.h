#pragma once
#include <set>
#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// Takes named tensors of a weights file, checks their shapes and remembers what is wrong, so that one error can say
/// all of it.
class WeightTaker {
 public:
  /// `architecture` ("dinov2_base") and `file` are for the message.
  WeightTaker(TensorMap weights, std::string file, std::string architecture);

  /// Keys with this prefix, or this suffix, are of no use here and may be there or not.
  void ignore_prefixes(const std::vector<std::string>& prefixes);
  void ignore_suffixes(const std::vector<std::string>& suffixes);
  /// Of a file that holds more than one model: every key that starts with none of these.
  void ignore_all_but(const std::vector<std::string>& prefixes);

  /// The tensor as it is stored. One that is missing, misshapen or not finite is noted and replaced by zeros of the
  /// wanted shape, which take no memory.
  at::Tensor take_tensor(const std::string& key, at::IntArrayRef shape);

  /// Elements of all tensors taken so far, without running statistics of normalisations.
  int64_t parameters() const { return parameters_; }

  /// Throws InputError, in one line, with every key that was missing or misshapen and every key of the file that was
  /// neither taken nor ignored.
  void finish() const;

 private:
  /// Notes what is wrong with a key; false when something is.
  bool check(const std::string& key, at::IntArrayRef shape);
  bool ignored(const std::string& key) const;
  std::vector<std::string> unknown() const;

  TensorMap weights_;
  std::string file_, architecture_;
  std::vector<std::string> ignored_prefixes_, ignored_suffixes_, only_;
  std::set<std::string> known_;
  std::vector<std::string> missing_, misshapen_;
  int64_t parameters_ = 0;
};

}  // namespace adrep
