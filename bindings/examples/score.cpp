// Scores an image by a model that `adrep fit` wrote: score MODEL IMAGE.ppm
#include <detectors/pipeline/pipeline.h>

#include <cstdio>
#include <fstream>
#include <iterator>

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: score MODEL IMAGE.ppm");
  std::ifstream file(argv[2], std::ios::binary);
  std::string kind;
  int width = 0, height = 0, white = 0;
  file >> kind >> width >> height >> white;
  file.get();  // the line ends
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  if (kind != "P6" || white != 255 || std::ssize(bytes) != std::ptrdiff_t{3} * width * height)
    throw std::runtime_error("not a PPM file of 8 bits without comments");

  const adrep::Pipeline pipeline = adrep::Pipeline::load(argv[1]);
  const auto* pixels = reinterpret_cast<const uint8_t*>(bytes.data());
  const adrep::Prediction said = pipeline.predict({.pixels = pixels, .width = width, .height = height});
  std::printf("score=%.9g", said.score);
  if (said.p_value) std::printf(" p_value=%.9g %s", *said.p_value, *said.is_defect ? "defect" : "good");
  std::printf(" regions=%zu\n", said.regions.size());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "score: %s\n", error.what());
  return 1;
}
