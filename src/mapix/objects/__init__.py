"""Ready-made implementations: property bags, tables, restriction evaluation, copying.

What a property, a table or a transaction means is written here once, over whatever source a provider offers."""
