"""Lost lithium and lost material, from slow curves and half-cell potentials."""
