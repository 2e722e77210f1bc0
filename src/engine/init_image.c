/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init_image.h"

/* The program of sandbox/init_main.c, byte for byte. */
__asm__(".section .rodata\n"
	"	.balign 16\n"
	"init_image_begin:\n"
	"	.incbin \"" ISORUN_INIT_IMAGE "\"\n"
	"init_image_end:\n"
	"	.previous\n");
extern const char init_image_begin[] __attribute__((visibility("hidden")));
extern const char init_image_end[] __attribute__((visibility("hidden")));

const void *init_image(size_t *ret_bytes)
{
	*ret_bytes = (size_t)(init_image_end - init_image_begin);
	return init_image_begin;
}
