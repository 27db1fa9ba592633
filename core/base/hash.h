#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace adrep {

/// SHA-256 of what is added, as 64 lower-case hexadecimal digits.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(const void* data, size_t bytes);
  void add(std::string_view text) { add(text.data(), text.size()); }
  /// The digest; nothing may be added afterwards.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_of(std::string_view bytes);

/// Whether it is exactly this many lower-case hexadecimal digits, as hashes are written.
bool is_hexadecimal(std::string_view text, size_t digits);

/// Reads the file once. Throws InputError when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace adrep
