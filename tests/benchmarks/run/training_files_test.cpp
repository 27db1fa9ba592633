#include "benchmarks/run/training_files.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("a training's files give back what continues it, and only the log stays", "[training-files]") {
  const test::TemporaryFolder folder;
  const std::string hash(64, 'a');
  TrainingFiles files(folder.path(), hash, 0);
  REQUIRE(files.resume() == nullptr);
  REQUIRE(files.due());
  REQUIRE_FALSE(TrainingFiles(folder.path(), hash, 3600).due());
  files.add({{"epoch", 1}, {"loss", 0.1}});
  files.save({{"weight", at::ones({3})}});
  files.add({{"epoch", 2}, {"loss", 0.05}});  // its checkpoint never came

  TrainingFiles next(folder.path(), hash, 0);
  const TensorMap* state = next.resume();
  REQUIRE(state != nullptr);
  REQUIRE(state->at("weight").equal(at::ones({3})));
  REQUIRE(next.epochs() == nlohmann::json{{{"epoch", 1}, {"loss", 0.1}}});
  next.add({{"epoch", 2}, {"loss", 0.0625}});
  next.save({{"weight", at::zeros({3})}});
  REQUIRE(read_file(files.log()) == "{\"epoch\":1,\"loss\":0.1}\n{\"epoch\":2,\"loss\":0.0625}\n");
  next.finish();
  REQUIRE_FALSE(std::filesystem::exists(files.checkpoint()));
  REQUIRE(std::filesystem::exists(files.log()));
  REQUIRE(TrainingFiles(folder.path(), hash, 0).resume() == nullptr);
}

TEST_CASE("a damaged checkpoint, or one of another training, starts the training anew", "[training-files]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  const std::string hash(64, 'a'), other = std::string(32, 'a') + std::string(32, 'b');  // the same file name
  TrainingFiles files(folder.path(), hash, 0);
  files.save({{"weight", at::ones({3})}});
  REQUIRE(TrainingFiles(folder.path(), other, 0).resume() == nullptr);
  const std::string bytes = read_file(files.checkpoint());
  write_file_atomically(files.checkpoint(), bytes.substr(0, bytes.size() - 1));
  REQUIRE(TrainingFiles(folder.path(), hash, 0).resume() == nullptr);
}
