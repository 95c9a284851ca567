"""The words and emoji behind a label that take it back, doubt it, or make it depend on something.

All are folded (`label_folding.fold`). Like those of `reply_words`, they only ever make the bot ask.
"""

import re

from routing.language.reply_words import (
    ACKNOWLEDGMENT,
    NO_REASON,
    UNSPACED,
    alternatives,
    beginnings,
    word_list,
)

REFUSING = {
    name: names.split()[0]
    for names in (
        "❌ x ✖ ❎ heavy_multiplication_x negative_squared_cross_mark",
        "❓ question ❔ grey_question ⁉ interrobang",
        "🤔 thinking_face thinking 🤨 face_with_raised_eyebrow 🧐 face_with_monocle 😕 confused",
        "⛔ no_entry 🚫 no_entry_sign 🛑 octagonal_sign",
        "👎 -1 thumbsdown",
        "🙅 no_good face_with_no_good woman-gesturing-no man-gesturing-no no_good_man no_good_woman",
        "🤷 shrug person_shrugging woman-shrugging man-shrugging",
        "🤦 face_palm facepalm woman-facepalming man-facepalming",
    )
    for name in names.split()
}
"""Emoji that deny or ask, in Unicode and by Slack's names, each with the sign that stands for its kind."""
REFUSAL = re.compile(
    rf":(?P<name>{alternatives(name for name in REFUSING if name.isascii())}):"
    rf"|(?P<sign>{alternatives(name for name in REFUSING if not name.isascii())})"
)

DENIAL = frozenset(
    word_list("""
    no, nope, nah, na, nein, nö, non, nee, nej, não, nao, нет, ні, 不, いや, いえ, いいえ, ううん,
    아니, 아니요
""")
)
"""Alone in a clause these speak against what stands before."""
HEDGE = (NO_REASON - ACKNOWLEDGMENT) | frozenset(
    word_list("""
    no way, maybe not, can't be, cannot be, not right, could be wrong, may be wrong, might be wrong,
    could be anything, 50/50, 50 50, fifty fifty, test, testing, just testing, skip,
    should be reversed, reversed, changed it, no way, hardly, unlikely, very unlikely, impossible,
    ruled out, rule it out, excluded, incorrect, false, untrue, not true, actually no, actually not,
    not anymore, not any more, clean, all clean, the other, the other one, other one, the opposite,
    opposite, the reverse, not likely, never mind, nevermind, nonsense, rubbish, falsch, unmöglich,
    ausgeschlossen, auf keinen fall, niemals, nie im leben, quatsch, unwahrscheinlich, eher nicht,
    das andere, das gegenteil, im gegenteil, gegenteil, stimmt nicht, vermutlich, faux, improbable,
    exclu, l'autre, le contraire, au contraire, falso, imposible, improbable, descartado, el otro,
    la otra, lo contrario, impossível, descartado, improvável, o outro, o contrário, impossibile,
    escluso, improbabile, l'altro, il contrario, fout, onjuist, onmogelijk, uitgesloten,
    onwaarschijnlijk, het andere, het tegendeel, неверно, невозможно, исключено, вряд ли, наоборот,
    другое, 違う, 違います, 違いました, ちがう, ちがいます, 違うと思う, 違うかも, 逆, 逆です, 不可能,
    不对, 不對, 不是的, 相反, 错, 錯, 아니다, 아닙니다, 아니에요, 반대
""")
)
"""The same, and doubts that tell of the case where more words stand in the clause: `impossible travel`."""
DOUBTS = """
    not sure, not so sure, not really sure, not quite sure, not very sure, not too sure,
    not entirely sure, not completely sure, not fully sure, not totally sure, not absolutely sure,
    not 100% sure, not certain, not so certain, not convinced, not confident, no longer sure,
    uncertain, unsure, undecided, not decided, don't know, dont know, do not know, dunno, idk,
    can't tell, cant tell, cannot tell, can't say, cant say, cannot say, can't decide, couldn't say,
    couldn't tell, no clue, no idea, haven't a clue, hard to say, hard to tell, difficult to say,
    tough to say, tough call, toss up, coin flip, could go either way, either way, false alarm,
    false positive, disagree, don't agree, dont agree, do not agree, no longer think so, doubt it,
    doubt that, i doubt, doubtful, don't think so, dont think so, do not think so, just kidding,
    kidding, jk, j/k, joking, just a joke, just a guess, wild guess, my guess, a guess, guessing,
    first thought, first guess, first impression, at first, at first glance, at first sight,
    need to check, needs checking, please check, pls check, to be confirmed, tbc, tbd, not proven,
    meant the other, mean the other, be the other, the other label, be the opposite,
    the other way round, the other way around, other way round, other way around, the one above,
    the one below, weiss nicht, weiss ich nicht, weiss es nicht, weiss ich nicht mehr, glaub ich,
    glaube ich, denk ich, denke ich, schätze ich, schätz ich, nehme ich an, nicht sicher,
    nicht ganz sicher, nicht so sicher, nicht wirklich sicher, bin unsicher, keine ahnung,
    schwer zu sagen, kann ich nicht sagen, fehlalarm, falscher alarm, falsch positiv, bezweifle ich,
    bezweifle es, bezweifle das, zweifelhaft, war nur spass, kleiner scherz, auf den ersten blick,
    bitte prüfen, glaub nicht, glaube nicht, glaube ich nicht, sais pas, ne sais pas, pas sûr,
    pas sûre, pas certain, pas certaine, aucune idée, difficile à dire, fausse alerte, faux positif,
    j'en doute, je doute, à vérifier, no sé, no lo sé, no estoy seguro, no estoy segura, ni idea,
    difícil de decir, falsa alarma, falso positivo, lo dudo, não sei, nao sei, não tenho certeza,
    sem ideia, difícil dizer, falso alarme, alarme falso, duvido, non so, non lo so, non sono sicuro,
    non sono sicura, nessuna idea, difficile da dire, difficile dire, falso allarme, ne dubito,
    weet niet, weet ik niet, weet het niet, geen idee, niet zeker, moeilijk te zeggen, vals alarm,
    loos alarm, betwijfel ik, не знаю, не уверен, не уверена, трудно сказать, сложно сказать,
    ложная тревога, сомневаюсь, emin değilim, bilmiyorum, 分からない, わからない, 分かりません,
    わかりません, 自信がない, 自信ない, 自信はない, 誤検知, 誤報, 冗談, 不确定, 不確定, 不知道, 不清楚,
    误报, 开玩笑, 모르겠, 잘 모르, 확실하지 않, 오탐, ไม่แน่ใจ, ไม่รู้
"""
DOUBT = beginnings(DOUBTS)
DOUBT_BEHIND = re.compile(
    rf"(?:(?<!\w)|(?<=[{UNSPACED}]))(?:{alternatives(word_list(DOUBTS))})[{UNSPACED}]{{0,4}}$"
)
LONGEST_DOUBT = 6
"""In words: in a longer reason these words tell of the case."""
LEADING = re.compile(
    r"(?:(?:i|we|im|i'm|i am|we're|it|it's|its|it is|that's|thats|this is|was|is|still|honestly|well|but|hm+|"
    r"uh|um|oh|to be honest|tbh|really|just|very|actually|quite|rather|sorry|ich|bin|mir|es|das ist|"
    r"ehrlich gesagt|je|j'|я|ama|mais|pero|mas|ma|maar)[\s,.]+)*"
)
"""What people say before it."""
CONDITION = beginnings("""
    if, only if, unless, provided, assuming, depends, it depends, depending, except if, except when,
    as long as, until, wenn, falls, sofern, solange, vorausgesetzt, es sei denn, ausser wenn,
    kommt drauf an, kommt darauf an, si, sauf si, à moins, ça dépend, a menos, depende, a meno,
    dipende, tenzij, mits, если, если только, зависит, eğer, もし, 如果, 除非, 만약
""")
"""A label that depends on something is no answer yet."""
RETORT = beginnings("""
    no, nope, nah, actually, i mean, i meant, but, edit, edited, update, rather, on second thought,
    on second thoughts, better, instead, nein, nö, eigentlich, ich meine, ich meinte, aber, doch,
    besser, non, en fait, en réalité, je veux dire, mais, plutôt, en realidad, quiero decir, pero,
    mejor, na verdade, quero dizer, mas, não, anzi, in realtà, volevo dire, ma, nee, eigenlijk,
    ik bedoel, maar, нет, на самом деле, вернее, точнее, но, いや, いえ, いいえ, やっぱり, やはり,
    実は, 不, 其实, 其實, 应该是, 應該是, 아니, 사실
""")
"""How a reason begins that turns to another label."""
CLAIM = frozenset(
    word_list("""
    it, it's, its, is, this, that, that's, thats, should, would, must, could, might, may, be, was,
    were, rather, more, probably, likely, maybe, perhaps, actually, after, all, i, i'm, we, you, think,
    guess, mean, meant, believe, sorry, now, instead, really, the, a, an, to, make, change, changed,
    set, label, answer, correct, clearly, definitely, obviously, but, no, nope, wait, so, then, edit,
    correction, please, pls, to, fully, totally, just, better, and, my, again, as, es, ist, das, doch,
    eher, also, ich, meine, meinte, bitte, nein, wohl, wahrscheinlich, sicher, aber, c'est, est,
    plutôt, non, mais, era, pero, é, è, mas, ma, nee, maar, het, dit, это, нет, но
""")
)
"""Words around a label in a clause that says nothing but that this is the label."""

AROUND_NUMBERS = frozenset(
    word_list("""
    out, of, or, to, and, between, from, about, around, roughly, approximately, maybe, more, like, at,
    most, least, a, an, is, it, it's, i, say, would, give, star, stars, point, points, step, steps, half,
    minus, plus, von, aus, bis, oder, und, zwischen, etwa, ungefähr, circa, ca, stern, sterne, punkt,
    punkte, sur, ou, à, entre, et, environ, étoile, étoiles, de, o, y, unos, estrella, estrellas, punto,
    puntos, su, stelle, punti, tra, e, stella, em, estrelas, pontos, van, sterren, punten, из, или, до,
    звезды, звёзд, баллов, балла, балл
""")
)
"""Words beside a number in a reply that says no more than the number: `4 out of 5`."""
