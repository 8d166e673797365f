/* What the host's side of a copy holds. */
#pragma once
#include "commands.h"

/* A hash of samples of it, which two copies of the same have in common; 0 when it cannot be read. */
uint32_t content_hash(const struct HostBox *box);
