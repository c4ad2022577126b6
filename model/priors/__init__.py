"""Priors over latents; one file each, all with the interface of `prior.Prior`."""
