#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/io/mapped_file.h"
#include "core/maps/mask_facts.h"

namespace adrep {

/// Types of numbers as files hold them: f = float, bf = bfloat, u = unsigned, i = signed, b = bool; size in bytes.
enum class NumberType { f2, bf2, f4, f8, u1, u2, u4, u8, i1, i2, i4, i8, b1 };
int64_t bytes_of(NumberType type);

/// An array as it lies in a file: plain data with its shape, nothing converted yet.
struct Array {
  std::string where;  ///< "maps.npz:maps", for messages
  NumberType type = NumberType::f4;
  bool big_endian = false;
  bool fortran = false;  ///< the first index varies fastest
  std::vector<int64_t> shape;
  SharedBytes bytes;          ///< of exactly this shape
  bool file_mapping = false;  ///< the bytes are an unchanged mapping of their file
};

/// Elements of an array of this shape. Throws InputError "WHERE: damaged: …" for negative sides, sizes that overflow,
/// and another size than `bytes`.
int64_t checked_count(const std::string& where, const std::vector<int64_t>& shape, NumberType type, uint64_t bytes);

/// An array read image by image: [N, H, W], [N, 1, H, W], [N, H, W, 1], or one image [H, W] or [H, W, 1].
class ArrayStack {
 public:
  /// Throws InputError for other shapes and for empty ones.
  explicit ArrayStack(Array array);

  int64_t images() const { return images_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  const std::string& where() const { return array_.where; }

  /// [height · width] row by row; 64-bit integers are rounded to double.
  std::vector<double> scores(int64_t image) const;
  /// [height · width], 1 where the rule takes the value for anomalous; `facts` are what the mask holds. Throws
  /// InputError for NaN.
  std::vector<uint8_t> mask(int64_t image, const MaskRule& rule, MaskFacts& facts) const;

 private:
  template <class Use>
  void for_each_value(int64_t image, const Use& use) const;
  /// Gives back the memory of an image's part of a mapped file.
  void forget(int64_t image) const;

  Array array_;
  int64_t images_ = 1, height_ = 0, width_ = 0;
  int64_t image_stride_ = 0, row_stride_ = 0, column_stride_ = 0;  ///< in elements
};

/// All elements of an array [N] or [N, 1].
std::vector<double> vector_of(const Array& array);

}  // namespace adrep
