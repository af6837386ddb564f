"""TensorFlow graphs: SavedModels, frozen graphs, what they would do on loading, and networks cut out of them."""
