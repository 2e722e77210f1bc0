/* SPDX-License-Identifier: Apache-2.0 */
/* base/elf.h - which names a program shares with its libraries. */
#ifndef BASE_ELF_H
#define BASE_ELF_H

#include <stddef.h>

/* The first of `names` that is a dynamic symbol of the file, defined or wanted, or the
 * name of a library it needs; NULL: none, or it is no 64-bit ELF file of this machine's
 * byte order. */
const char *elf_dynamic_name(const char *path, const char *const *names, size_t n);

/* The same of a file's bytes, aligned to 8. */
const char *elf_dynamic_name_in(const void *file, size_t size, const char *const *names, size_t n);

#endif
