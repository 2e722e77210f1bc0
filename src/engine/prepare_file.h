/* SPDX-License-Identifier: Apache-2.0 */
/* engine/prepare_file.h - the cache file of prepared bytes: its form, and what it depends on. */
#ifndef ENGINE_PREPARE_FILE_H
#define ENGINE_PREPARE_FILE_H

#include "base/buf.h"
#include "engine/prepare.h"

/* The file, text but for the blobs at its end:
 *
 *   isorun-prepared FORMAT VERSION BOOT_ID
 *   profile NAME
 *   file MTIME_NS SIZE INODE PATH     the program that made it; each profile file it read
 *   absent PATH                       a file that would have been read first
 *   spec SECTION KEY VALUE            in order, as spec_set takes them
 *   place BYTES                       then as many bytes: cg_place_to_text
 *   bpf BYTES                         then as many bytes
 *   lo BYTES                          then as many bytes
 *   end
 */
enum { PREPARED_FORMAT = 2 };

/* The path of the cache file of a profile; heap, NULL: no memory. */
char *prepared_path(const char *runtime_dir, const char *profile);

/* The first line. */
void prepared_head(struct buf *b);

/* One "file" or "absent" line for a path as it is now. */
void prepared_stamp(struct buf *b, const char *path);

#endif
