#include "core/base/hash.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <vector>

#include "core/base/error.h"

namespace adrep {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) != 1)
    throw_failure("SHA-256 is not available in libcrypto");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(const void* data, size_t bytes) {
  EVP_DigestUpdate(context_->evp, data, bytes);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr);
  std::string text;
  text.reserve(64);
  for (unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

bool is_hexadecimal(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_input("{}: cannot be opened for reading", file.string());
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    hash.add(buffer.data(), static_cast<size_t>(in.gcount()));
  if (in.bad()) throw_input("{}: cannot be read", file.string());
  return hash.hex();
}

}  // namespace adrep
