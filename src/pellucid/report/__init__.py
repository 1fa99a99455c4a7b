"""Pictures of finished numbers: training curves, networks. No arithmetic on models."""
