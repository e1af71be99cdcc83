"""What a property is: tags, types, values, names, restrictions, sort orders, entry identifiers and errors.

The lowest floor: it imports nothing else of the house, and everything else may import it."""
