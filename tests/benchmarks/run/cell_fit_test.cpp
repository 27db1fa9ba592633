#include "benchmarks/run/cell_fit.h"

#include <catch2/catch.hpp>

using namespace adrep;
using nlohmann::json;

TEST_CASE("a training whose loss has not fallen is said", "[runner][training]") {
  const json falls = {{{"epoch", 1}, {"loss", 3}, {"first_loss", 5.0}, {"last_loss", 4.0}},
                      {{"epoch", 2}, {"loss", 3}, {"first_loss", 4.0}, {"last_loss", 2.0}}};
  CHECK(untrained_note(falls).empty());
  const json stays = {{{"epoch", 1}, {"loss", 3}, {"first_loss", 5.0}, {"last_loss", 5.25}}};
  CHECK(untrained_note(stays) == "the loss has not fallen: 5 in the first steps, 5.25 in the last: train longer");
  CHECK(untrained_note(json::array()).empty());
  CHECK(untrained_note({{{"epoch", 1}, {"loss", 3}}}).empty());  // of an interrupted run of an older version
}
