/* adrep for C, and for languages that call C: a saved model scores images in memory.
 *
 *   adrep_model* model;
 *   adrep_prediction* prediction;
 *   if (adrep_model_load("part.adrep", "cpu", NULL, 0, 0, &model) != ADREP_OK) puts(adrep_last_error());
 *   adrep_model_predict(model, pixels, width, height, stride, ADREP_BGR, 0, 0, 0, 0, &prediction);
 *   printf("%g\n", adrep_prediction_score(prediction));
 *   adrep_prediction_free(prediction);
 *   adrep_model_free(model);
 *
 * Errors: functions that can fail return an adrep_status, and on failure set what they would give to NULL. Others give
 * a value that is no result (NaN, -1, 0, NULL, ""), as they do for a null pointer. adrep_last_error() says what was
 * wrong. No C++ exception leaves the library.
 * Memory: what a function gives through an `out` pointer is the caller's, until its free function. What is read from a
 * model or a prediction (strings, the map) lives as long as that. Images are read during the call alone.
 * Threads: a model does not change, so any number of threads may predict with one at the same time. A model or a
 * prediction is freed once, when no thread uses it. A prediction does not need its model any more.
 * Text is UTF-8 that ends with 0.
 * ABI: what is here stays as it is as long as adrep_abi_version() is the same; later versions of the library only add
 * functions. Every function has the symbol version ADREP_C_1.
 */
#ifndef ADREP_H
#define ADREP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What adrep_abi_version() gives for this header. */
#define ADREP_ABI_VERSION 1

typedef enum adrep_status {
  ADREP_OK = 0,
  ADREP_FAILURE = 1,    /* the machine's: out of memory, a file that cannot be read */
  ADREP_WRONG_INPUT = 2 /* the caller's: no such file, a model that needs other weights, an image that is none */
} adrep_status;

/* How the bytes of a pixel follow each other, 8 bits a value. */
typedef enum adrep_pixel_order {
  ADREP_RGB = 0,
  ADREP_BGR = 1,
  ADREP_RGBA = 2, /* alpha is dropped */
  ADREP_BGRA = 3,
  ADREP_GREY = 4 /* repeated as red, green and blue */
} adrep_pixel_order;

/* A fitted detector with all that it needs. */
typedef struct adrep_model adrep_model;

/* What a model says of one image. */
typedef struct adrep_prediction adrep_prediction;

/* One connected region of the map above the pixel threshold of the calibration, in the pixels of the image that was
 * given (of its region of interest, from its corner). */
typedef struct adrep_region {
  int left, top, width, height; /* the box around it */
  int peak_x, peak_y;           /* where the map is largest in it */
  double area;                  /* pixels */
  double peak;                  /* the largest value of the map in it */
  double p_value;               /* of its area among the largest regions of good images, in (0, 1] */
} adrep_region;

/* The library's version, "0.2.0"; never freed. */
const char* adrep_version(void);

/* Of the library that runs; compare it with ADREP_ABI_VERSION. */
int adrep_abi_version(void);

/* One line of what was wrong in the last call of this thread that failed, "" when none has. It lives until the next
 * call of this thread that fails. */
const char* adrep_last_error(void);

/* Loads a file that `adrep fit` or `adrep run models=keep` wrote, and tests it by the image that it carries.
 * device      "cpu", "cuda" or "cuda:INDEX"; NULL: "cpu"
 * weights     the file of the backbone's weights; NULL or "": those in the model, or where adrep looks for them
 * trust_code  not 0: a backbone that is a program (a TorchScript file) may be run
 * threads     that compute, for all models of the process; 0: leave it as it is, at first one a core
 * model       is set to the model, or NULL */
adrep_status adrep_model_load(const char* path, const char* device, const char* weights, int trust_code, int threads,
                              adrep_model** model);

/* NULL is left alone. */
void adrep_model_free(adrep_model* model);

/* Name of the detector, "patchcore". */
const char* adrep_model_detector(const adrep_model* model);

/* Name of the backbone, "efficientnet_lite0". */
const char* adrep_model_backbone(const adrep_model* model);

/* What is known of the licence of the backbone's weights, in one line; "" when nothing is. */
const char* adrep_model_licence(const adrep_model* model);

/* Side of the square that the backbone sees, and of the maps, in pixels. */
int adrep_model_side(const adrep_model* model);

/* An image is called defective when its score is above it; NaN for a model without a calibration. */
double adrep_model_threshold(const adrep_model* model);

/* What that threshold holds, in one line; "" for a model without a calibration. */
const char* adrep_model_guarantee(const adrep_model* model);

/* Scores one image.
 * pixels  the first byte of the first row
 * width, height  pixels, 1 to 32768
 * stride  bytes from one row to the next, at least a row's; 0: rows follow each other without gaps
 * order   an adrep_pixel_order
 * left, top, region_width, region_height  region of interest, inside the image, which is then scored as if it were all
 *         of it; all four 0: all of it
 * prediction  is set to the prediction, or NULL */
adrep_status adrep_model_predict(const adrep_model* model, const unsigned char* pixels, int width, int height,
                                 ptrdiff_t stride, int order, int left, int top, int region_width, int region_height,
                                 adrep_prediction** prediction);

/* NULL is left alone. */
void adrep_prediction_free(adrep_prediction* prediction);

/* The anomaly score of the image, larger is more anomalous. */
double adrep_prediction_score(const adrep_prediction* prediction);

/* Of the score among those of good images, in (0, 1]: small for an anomalous image. NaN without a calibration. */
double adrep_prediction_p_value(const adrep_prediction* prediction);

/* 1: the score is above the threshold, 0: it is not, -1: the model has no calibration. */
int adrep_prediction_is_defect(const adrep_prediction* prediction);

/* Size of what was scored, the image or its region of interest, in pixels. */
int adrep_prediction_width(const adrep_prediction* prediction);
int adrep_prediction_height(const adrep_prediction* prediction);

/* The anomaly map: map_height rows of map_width values, from the top left, without gaps, of the square that the
 * backbone saw, in its pixels. */
const float* adrep_prediction_map(const adrep_prediction* prediction);
int adrep_prediction_map_width(const adrep_prediction* prediction);
int adrep_prediction_map_height(const adrep_prediction* prediction);

/* The part of the map that shows the image, all else being padding: a box in pixels of the map. Any of the pointers may
 * be NULL. */
adrep_status adrep_prediction_content(const adrep_prediction* prediction, int* left, int* top, int* width, int* height);

/* How many regions of the image are larger than those of good images; 0 without a calibration, -1 for NULL. */
int adrep_prediction_regions(const adrep_prediction* prediction);

/* One of them, by area, the largest is number 0. */
adrep_status adrep_prediction_region(const adrep_prediction* prediction, int number, adrep_region* region);

#ifdef __cplusplus
}
#endif

#endif
