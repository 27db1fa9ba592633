// Writes weights files of the official sizes, key names, types and containers, with random values: what a machine
// without the real files can be tried with.   adrep_write_weights KIND FILE
#include <cstdio>

#include "tools/vit_entries.h"

namespace adrep::test {
namespace {

FileTensors imagebind() {
  return imagebind_entries({1280, 32, 14, 16}, {1024, 1024, 24},
                           {{"audio", 768, 12}, {"depth", 384, 12}, {"thermal", 768, 12}, {"imu", 512, 6}});
}

int write_kind(const std::string& kind, const std::filesystem::path& file) {
  constexpr VitSize base14 = {768, 12, 14, 37}, large14 = {1024, 24, 14, 37}, clip16 = {768, 12, 16, 14};
  constexpr VitSize giant14 = {1536, 40, 14, 37, 4096}, clip_large = {1024, 24, 14, 16},
                    clip_large336 = {1024, 24, 14, 24};
  if (kind == "dinov2_base") return write_torch_zip(file, dinov2_entries(base14)), 0;
  if (kind == "dinov2_large") return write_torch_zip(file, dinov2_entries(large14)), 0;
  if (kind == "dinov2_giant") return write_torch_zip(file, dinov2_entries(giant14)), 0;
  if (kind == "clip_base") return write_torchscript(file, openai_clip_entries(clip16, {512, 512})), 0;
  if (kind == "clip_large") return write_torchscript(file, openai_clip_entries(clip_large, {768, 768})), 0;
  if (kind == "clip_large336") return write_torchscript(file, openai_clip_entries(clip_large336, {768, 768})), 0;
  if (kind == "imagebind") return write_torch_zip(file, imagebind()), 0;
  if (kind == "hf_dinov2_base") return write_safetensors_file(file, hugging_face_dinov2_entries(base14)), 0;
  if (kind == "hf_clip_base") return write_safetensors_file(file, hugging_face_clip_entries(clip16, {512, 512})), 0;
  std::fprintf(stderr, "unknown kind %s\n", kind.c_str());
  return 2;
}

}  // namespace
}  // namespace adrep::test

int main(int argc, char** argv) {
  if (argc == 3) return adrep::test::write_kind(argv[1], argv[2]);
  std::fputs(
      "adrep_write_weights dinov2_base|dinov2_large|dinov2_giant|clip_base|clip_large|clip_large336|imagebind|"
      "hf_dinov2_base|hf_clip_base FILE\n",
      stderr);
  return 2;
}
