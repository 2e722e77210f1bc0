/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/iso_image.h"

/* The program of sandbox/init_main.c, byte for byte. */
__asm__(".section .rodata\n"
	"	.balign 16\n"
	"iso_init_image:\n"
	"	.incbin \"" ISORUN_INIT_IMAGE "\"\n"
	"iso_init_image_end:\n"
	"	.previous\n");
extern const char iso_init_image[] __attribute__((visibility("hidden")));
extern const char iso_init_image_end[] __attribute__((visibility("hidden")));

const void *iso_image(size_t *ret_bytes)
{
	*ret_bytes = (size_t)(iso_init_image_end - iso_init_image);
	return iso_init_image;
}
