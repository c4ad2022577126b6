"""Famous poems, and verse made of given tones."""

from model.verse import Verse

STORK_TOWER = Verse.parse("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。")
WHITE_EMPEROR = Verse.parse("朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。")
LONGING = Verse.parse("红豆生南国，春来发几枝。愿君多采撷，此物最相思。")
JIANDE_RIVER = Verse.parse("移舟泊烟渚，日暮客愁新。野旷天低树，江清月近人。")
LIANGZHOU = Verse.parse("黄河远上白云间，一片孤城万仞山。羌笛何须怨杨柳，春风不度玉门关。")
QUIET_NIGHT = Verse.parse("床前明月光，疑是地上霜。举头望明月，低头思故乡。")
SPRING_DAWN = Verse.parse("春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。")
RIVER_SNOW = Verse.parse("千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。")


def of_tones(tones: str) -> str:
    """Characters of the tones P (level, all in 一东) and Z (oblique), with no second reading."""
    return "".join(("东红公" if each == "P" else "月日水")[i % 3] for i, each in enumerate(tones))
