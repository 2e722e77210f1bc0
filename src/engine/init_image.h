/* SPDX-License-Identifier: Apache-2.0 */
/* engine/init_image.h - init as a program, which isorun carries with it. */
#ifndef ENGINE_INIT_IMAGE_H
#define ENGINE_INIT_IMAGE_H

#include <stddef.h>

const void *init_image(size_t *ret_bytes);

#endif
