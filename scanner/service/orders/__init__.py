"""What people decide, carried out: releases, purges, undoing, held plans."""
