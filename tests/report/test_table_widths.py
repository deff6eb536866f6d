def test_a_dropped_column_moves_no_colour() -> None:
    """Each cell keeps its style, and the spaces that fill a column up have none."""
    cells = [("T1", Style.STRONG), ("a remark of many words", Style.DIM), ("fail", Style.BAD)]
    table = Columns(rows=[cells], heads=["Id", "Remark", "Verdict"], spare=(1,))
    assert table_text([table], limit=12, colour=True) == (
        "\x1b[2mId\x1b[0m  \x1b[2mVerdict\x1b[0m\n\x1b[1mT1\x1b[0m  \x1b[1;31mfail\x1b[0m\n"
    )
    assert table_text([table], limit=None, colour=False) == (
        "Id  Remark                  Verdict\nT1  a remark of many words  fail\n"
    )
