#pragma once
#include <optional>
#include <string>

#include "detectors/pipeline/prediction.h"

namespace adrep {

/// What became of one image of a prediction: what the model says of it, or why it could not be used.
struct PredictedImage {
  std::string image;                          ///< its path as the user knows it
  std::optional<Prediction> prediction = {};  ///< none of an image that could not be used
  std::string error = {};                     ///< one line, of these
};

/// One line of JSON with its line end: image, score, p_value, decision ("good" or "defect"), threshold, width, height,
/// and regions, the largest first, each with left, top, width, height, area, peak, peak_x, peak_y, p_value; or image
/// and error. Without a calibration (nullptr) p_value, decision and threshold are null. Score, threshold and peak read
/// back to the same float32, the others to the same double. A name that is not UTF-8 has \xNN for what is not.
std::string prediction_json_line(const PredictedImage& image, const Calibration* calibration);

/// The first line of the CSV form, with its line end: image, score, p_value, decision, regions (how many), then box,
/// area and peak of the largest one, and error.
std::string prediction_csv_head();
/// A record (RFC 4180, but for the line end, which is LF); fields that say nothing here are empty. Numbers and names as
/// in the JSON form.
std::string prediction_csv_line(const PredictedImage& image);

struct PredictionTableOptions {
  bool colour = false;
  size_t width = 0;  ///< columns; 0: no limit
};

/// A table for people, whose lines can be written one by one. Numbers are rounded; control characters of names, and
/// what is not UTF-8 in them, are written as \xNN.
std::string prediction_table_head();
std::string prediction_table_line(const PredictedImage& image, const PredictionTableOptions& options);

}  // namespace adrep
