/* SPDX-License-Identifier: Apache-2.0 */
/* engine/iso_image.h - init as a program, which only the library carries with it. */
#ifndef ENGINE_ISO_IMAGE_H
#define ENGINE_ISO_IMAGE_H

#include <stddef.h>

const void *iso_image(size_t *ret_bytes);

#endif
