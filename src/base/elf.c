/* SPDX-License-Identifier: Apache-2.0 */
/* elf(5).  A dynamic program's section headers outlive strip(1). */
#include "base/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"

/* Whether `count` things of `each` bytes lie at that offset. */
static bool lies_in(size_t size, uint64_t offset, uint64_t count, uint64_t each)
{
	return offset <= size && count <= (size - offset) / each;
}

static bool is_ours(const Elf64_Ehdr *head)
{
	const int order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

	return memcmp(head->e_ident, ELFMAG, SELFMAG) == 0 &&
	       head->e_ident[EI_CLASS] == ELFCLASS64 && head->e_ident[EI_DATA] == order &&
	       head->e_shentsize == sizeof(Elf64_Shdr);
}

/* Strings end with a NUL each; the first is empty. */
static bool holds(const char *strings, size_t size, const char *name)
{
	const size_t len = strlen(name) + 1;
	const char *end = strings + size;

	for (const char *at = strings; (at = memmem(at, (size_t)(end - at), name, len)); at++)
		if (at > strings && at[-1] == '\0')
			return true;
	return false;
}

const char *elf_dynamic_name_in(const void *file, size_t size, const char *const *names, size_t n)
{
	const char *bytes = file;
	Elf64_Ehdr head;
	Elf64_Shdr section;

	if (size < sizeof(head))
		return NULL;
	memcpy(&head, bytes, sizeof(head));
	if (!is_ours(&head) || !lies_in(size, head.e_shoff, head.e_shnum, sizeof(section)))
		return NULL;
	for (size_t i = 0; i < head.e_shnum; i++) {
		memcpy(&section, bytes + head.e_shoff + i * sizeof(section), sizeof(section));
		/* Of the string tables only .dynstr is loaded. */
		if (section.sh_type != SHT_STRTAB || !(section.sh_flags & SHF_ALLOC) ||
		    !lies_in(size, section.sh_offset, section.sh_size, 1))
			continue;
		for (size_t k = 0; k < n; k++)
			if (holds(bytes + section.sh_offset, section.sh_size, names[k]))
				return names[k];
	}
	return NULL;
}

const char *elf_dynamic_name(const char *path, const char *const *names, size_t n)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return NULL;
	const size_t size = (size_t)st.st_size;
	void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (file == MAP_FAILED)
		return NULL;
	const char *found = elf_dynamic_name_in(file, size, names, n);

	(void)munmap(file, size);
	return found;
}
