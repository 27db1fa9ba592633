#include "core/maps/array.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/base/error.h"
#include "core/io/damaged.h"
#include "core/io/tensor_bytes.h"

namespace adrep {
namespace {

static_assert(std::endian::native == std::endian::little);

template <class T>
double value_of(T stored) {
  return static_cast<double>(stored);
}
double value_of(c10::Half stored) {
  return static_cast<double>(static_cast<float>(stored));
}
double value_of(c10::BFloat16 stored) {
  return static_cast<double>(static_cast<float>(stored));
}

/// The element at `at`, which need not be aligned, as double: only 64-bit integers are rounded by that.
template <class T>
double load(const char* at, bool big_endian) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, at, sizeof(T));
  if (big_endian) std::reverse(bytes, bytes + sizeof(T));
  T stored;
  std::memcpy(&stored, bytes, sizeof(T));
  return value_of(stored);
}

/// Calls `use` with a zero of the C++ type that stores `type`.
template <class Use>
void with_type(NumberType type, const Use& use) {
  switch (type) {
    case NumberType::f2:
      return use(c10::Half());
    case NumberType::bf2:
      return use(c10::BFloat16());
    case NumberType::f4:
      return use(float());
    case NumberType::f8:
      return use(double());
    case NumberType::u1:
    case NumberType::b1:
      return use(uint8_t());
    case NumberType::u2:
      return use(uint16_t());
    case NumberType::u4:
      return use(uint32_t());
    case NumberType::u8:
      return use(uint64_t());
    case NumberType::i1:
      return use(int8_t());
    case NumberType::i2:
      return use(int16_t());
    case NumberType::i4:
      return use(int32_t());
    case NumberType::i8:
      return use(int64_t());
  }
}

std::string shape_text(const std::vector<int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// Which axes are those of images, rows and columns.
struct Axes {
  std::optional<size_t> image;
  size_t row = 0, column = 1;
};

/// None for a shape that is not known. A last axis of 1 is a channel, unless the one before is 1 as well.
std::optional<Axes> axes_of(const std::vector<int64_t>& shape) {
  const size_t sides = shape.size();
  const bool channel_last = sides > 2 && shape[sides - 1] == 1 && shape[sides - 2] != 1;
  if (sides == 2) return Axes{std::nullopt, 0, 1};
  if (sides == 3) return channel_last ? Axes{std::nullopt, 0, 1} : Axes{0, 1, 2};
  if (sides == 4 && shape[1] == 1) return Axes{0, 2, 3};
  if (sides == 4 && channel_last) return Axes{0, 1, 2};
  return std::nullopt;
}

}  // namespace

int64_t bytes_of(NumberType type) {
  int64_t bytes = 0;
  with_type(type, [&](auto zero) { bytes = static_cast<int64_t>(sizeof(zero)); });
  return bytes;
}

int64_t checked_count(const std::string& where, const std::vector<int64_t>& shape, NumberType type, uint64_t bytes) {
  const std::optional<int64_t> count = element_count(shape);
  if (!count) damaged(where, "an impossible shape");
  const uint64_t needed = static_cast<uint64_t>(*count) * static_cast<uint64_t>(bytes_of(type));
  if (needed != bytes) damaged(where, "the shape {} needs {} bytes, {} are there", shape_text(shape), needed, bytes);
  return *count;
}

ArrayStack::ArrayStack(Array array) : array_(std::move(array)) {
  const std::vector<int64_t>& shape = array_.shape;
  checked_count(array_.where, shape, array_.type, array_.bytes.view.size());
  if (std::find(shape.begin(), shape.end(), 0) != shape.end())
    throw_input("{}: an empty array of shape {}", array_.where, shape_text(shape));
  const std::optional<Axes> axes = axes_of(shape);
  if (!axes)
    throw_input("{}: an array of shape {}: expected [N, H, W], [N, 1, H, W], [N, H, W, 1], [H, W] or [H, W, 1]",
                array_.where, shape_text(shape));
  const auto stride = [&](size_t axis) {
    int64_t elements = 1;
    for (size_t i = 0; i < shape.size(); ++i)
      if (array_.fortran ? i < axis : i > axis) elements *= shape[i];
    return elements;
  };
  height_ = shape[axes->row];
  width_ = shape[axes->column];
  row_stride_ = stride(axes->row);
  column_stride_ = stride(axes->column);
  if (axes->image) images_ = shape[*axes->image];
  image_stride_ = axes->image ? stride(*axes->image) : height_ * width_;
}

template <class Use>
void ArrayStack::for_each_value(int64_t image, const Use& use) const {
  ADREP_ASSERT(image >= 0 && image < images_, "image {} of {}", image, images_);
  with_type(array_.type, [&](auto zero) {
    using T = decltype(zero);
    const char* first = array_.bytes.view.data() + image * image_stride_ * static_cast<int64_t>(sizeof(T));
    for (int64_t y = 0; y < height_; ++y)
      for (int64_t x = 0; x < width_; ++x)
        use(load<T>(first + (y * row_stride_ + x * column_stride_) * static_cast<int64_t>(sizeof(T)),
                    array_.big_endian));
  });
}

void ArrayStack::forget(int64_t image) const {
  if (!array_.file_mapping || array_.fortran) return;
  const auto bytes = static_cast<size_t>(image_stride_ * bytes_of(array_.type));
  release_pages(array_.bytes.view.substr(static_cast<size_t>(image) * bytes, bytes));
}

std::vector<double> ArrayStack::scores(int64_t image) const {
  std::vector<double> values(static_cast<size_t>(height_ * width_));
  double* into = values.data();
  for_each_value(image, [&](double value) { *into++ = value; });
  forget(image);
  return values;
}

std::vector<uint8_t> ArrayStack::mask(int64_t image, const MaskRule& rule, MaskFacts& facts) const {
  std::vector<uint8_t> values(static_cast<size_t>(height_ * width_));
  uint8_t* into = values.data();
  bool nan = false;
  for_each_value(image, [&](double value) {
    nan = nan || std::isnan(value);
    facts.values.add(value);
    const bool anomalous = rule.marks(value);
    facts.anomalous += anomalous;
    *into++ = anomalous;
  });
  facts.pixels = std::ssize(values);
  forget(image);
  if (nan) throw_input("{}: the mask of image {} holds NaN: masks are 0 (normal) or not 0", array_.where, image);
  return values;
}

std::vector<double> vector_of(const Array& array) {
  const bool known = array.shape.size() == 1 || (array.shape.size() == 2 && array.shape[1] == 1);
  if (!known) throw_input("{}: an array of shape {}: expected [N]", array.where, shape_text(array.shape));
  const int64_t count = checked_count(array.where, array.shape, array.type, array.bytes.view.size());
  std::vector<double> values;
  with_type(array.type, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < count; ++i)
      values.push_back(load<T>(array.bytes.view.data() + i * static_cast<int64_t>(sizeof(T)), array.big_endian));
  });
  return values;
}

}  // namespace adrep
