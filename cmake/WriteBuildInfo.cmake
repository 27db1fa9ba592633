# Script, run in every build: writes BUILD_INFO from build_info.h.in, and touches it only when it changes. A revision with
# changes that are in no commit ends in -dirty.
set(ADREP_GIT_REVISION "unknown")
if(GIT_EXECUTABLE AND EXISTS "${SOURCE_DIR}/.git")
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${SOURCE_DIR}" describe --always --exclude=* --abbrev=12 --dirty
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed)
    set(ADREP_GIT_REVISION "${revision}")
  endif()
endif()
configure_file("${SOURCE_DIR}/cmake/build_info.h.in" "${BUILD_INFO}" @ONLY)
