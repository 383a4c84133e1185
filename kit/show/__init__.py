"""What people see: words, figures, tables, cards, controls. It computes no business figure."""
