"""The words of replies to an SMS, each with the part it plays in a sentence (K1..K3)."""

from typing import Final

# Opt-outs: the lists of AWS and FCC, and what Chinese carriers make senders offer (K4).
STRONG: Final = (
    "stop stopall unsubscribe unsub optout arret td 退订 拒收 取消订阅 退阅 拒绝接收 停止接收 不再接收"
)
WEAK: Final = "cancel end quit remove revoke"
"""Alone they opt out; in a sentence they speak of orders and appointments as well."""
SHORT: Final = "r t n"
OPT_IN: Final = "start unstop subscribe resubscribe optin resume 订阅 恢复订阅 重新订阅 恢复接收 继续接收"
HELP: Final = "help info 帮助"
DOUBTFUL: Final = "qx tt tdd tdt rr nn 0000 00000 退 停 停止 取消 屏蔽 delete cease 退丁 退定 推订 腿订 tui订 退ding tuiding"
"""Alone: probably an opt-out."""

_WORDS: Final = {
    "C": STRONG,
    "K": WEAK,
    "k": "cease delete",
    "R": SHORT,
    "A": OPT_IN,
    "H": HELP,
    # refusals of anything
    "n": """no nope nah 不需要 不用 不用了 没兴趣 不感兴趣 不考虑 算了 不必 没空 没需要 暂不需要 不了""",
    # not
    "N": "not never 不 不要 别 勿 请勿 不许 不准 禁止 不想 不愿 不愿意 不希望 拒绝 不再 莫 甭",
    # more of them: only together with what comes
    "D": "nomore",
    "Z": "停止 取消 停",
    # to send, to trouble
    "S": """text texting txt message messaging msg contact contacting send sending email emailing mail mailing sms bother
         bothering disturb disturbing spam spamming harass harassing call calling
         发 发送 推送 群发 发来 打扰 骚扰 打搅 联系 发给 打电话""",
    # to want
    "W": "want wish like need prefer",
    # to receive: "do not get" tells what happened, 不收 what should
    "v": "receive receiving get getting hear",
    "V": "收 收到 接收 接受 看到 收取",
    # what is sent
    "M": """texts messages msgs smses emails mails spams ads ad advertising advertisements advertisement marketing promo promos
         promotion promotions promotional notifications notification updates alerts offers newsletter newsletters
         subscription subscriptions consent list lists mailings number phone database contacts 短信 信息 消息 广告 通知 推广
         营销 促销 简讯 讯息 邮件 微信 垃圾短信 垃圾信息 营销短信 广告短信 推广短信 名单 关注""",
    "P": "me us my our off out 我 我们 俺 给我 向我 对我 本人 本号码 我的手机 手机 此号码 这个号码 该号码",
    "I": "it that 这 这个",
    # what changes nothing: courtesy, haste, swearing
    "F": """please thanks kindly now immediately asap just ok okay hi hello hey dear sir madam team guys yes yeah again ever any
         anymore all every everything the your these those this from to for of on with and more further future reply
         replying i you we am would could can will do at once right away already really so much sorry good morning
         afternoon evening day everyone such re but very
         fucking damn bloody
         请 麻烦 麻烦你 帮 帮我 帮忙 你好 您好 好 好的 嗯 行 谢谢 谢谢你 谢谢您 谢 多谢 感谢 谢了 辛苦 辛苦了 要 想 我要 我想 需要
         立即 马上 立刻 赶紧 赶快 快点 现在 回复 回 申请 要求 把 将 都 全部 所有 一切 一律 任何 各种 此类 这类 这种 这些 那些 类
         再 在 还 继续 以后 今后 你们 你们的 贵公司 贵司 的 了 吧 啊 啦 哦 呀 哈 喽 嘛 呢 过来 来 到 东西 服务 业务 功能 此 该 本
         暂时 目前 一下 一下下 那 那就 您 麻烦您 我要求 强烈要求 亲 老师 先生 女士 同志 ！""",
    # what holds an expression together that means something else
    "X": """订单 退订单 退订金 退订货 退订的货 退订率 拒收率 订阅费 订阅号 发货 发票 发现 发烧 发生 发布 出发 开发 取消订单
         取消预约 收货 收款 收费 收据 不用谢 不客气 不错 不好意思
         好不好 没问题 来电 想要 停车 停电 停水 停机 停留 停产""",
}
PARTS: Final = {word: part for part, words in _WORDS.items() for word in words.split()}

NEUTRAL: Final = (
    "stop by",
    "stop in",
    "stop over",
    "stop off",
    "stop at",
    "bus stop",
    "next stop",
    "last stop",
    "which stop",
    "do i",
    "non stop",
    "one stop",
    "full stop",
    "pit stop",
    "stop sign",
    "stop watch",
    "at the stop",
    "the end",
    "end of",
    "end up",
    "at end",
    "week end",
    "start date",
    "no problem",
    "no problems",
    "no worries",
    "no rush",
    "not bad",
    "not yet",
    "not sure",
)
"""Expressions that contain a word of opting out or refusing and mean something else."""

THINGS: Final = frozenset(
    """order orders appointment appointments booking bookings reservation reservations meeting flight class visit delivery
    ticket tickets item items invoice payment service repair test drive room table subscription_fee quote""".split()
)
"""What is cancelled, ended or removed when it is not the messages."""

OTHER_WORDS: Final = frozenset("shop step stoop stops remote removed removes quiet quite send".split())
"""One slip away from a keyword, and meant."""

NEGATIVE: Final = r"""
\bleave me alone|\bgo away\b|\bget lost\b|\bshut up\b|\bwho is this\b|\bwho are you\b|\bwho r u\b|\bwrong (number|person)\b
|\bnot interested\b|\bspam|\bscam|\bfraud|\bphishing|\breport(ing)? you\b|\blawyer|\battorney|\bsue you\b|\blawsuit|\bcomplain
|\bharass|\bannoy|\bhate\b|\bterrible|\bawful|\bworst\b|\bdisgust|\bunacceptable|\bangry\b|\bfurious|\bupset\b|\bpissed|\bfuck|\bshit
|\bbitch|\basshole|\bidiot|\bstupid|\b(the|to) hell\b|\bnever again\b|\bdo not know you\b|\bblock(ing)? you\b|\bpolice\b|\billegal
|\bunsubscribed\b|\bopted out\b|\b(you (get|got|find|found|have)|gave you) my (phone )?(number|contact)(?! plate)
|\bwhy (are|do|did|would) (you|u|i)\b.{0,20}\b(text|messag|sms|contact)|\bcease and desist\b
|\bsick of\b|\btired of\b|\bfed up\b|\bnever (subscribed|signed|asked|agreed)|\bnot (subscribe|sign up|ask for this|agree)
|骚扰|投诉|举报|骗|垃圾(?!桶|袋|箱|分类)|滚(?!动|轮|筒|珠|烫)|(?<!麻)烦|傻逼|傻b|妈的|他妈|草泥马|神经病|有病|去死|拉黑|起诉|报警(?!器|灯|系统)
|12315|12321|差评|恶心|不满(?!足)|生气|气死|失望|打错|发错|搞错|不是我|我不是|不是本人|你是谁|你谁|你是哪位|谁啊|不认识|黑名单|曝光
|(怎么|哪|谁).{0,3}(有|知道|得到|拿到|来的|给).{0,3}我的?(电话|号码|手机|联系方式)|谁给[你您]们?的?我?的?(电话|号码)
|没有?订阅|(?<![a-z0-9])(td|[rtn])(是什么|代表什么|什么意思)|为(什么|啥|何).{0,4}(给我发|发给我|联系我)
|有完没完|讨厌|违法|侵权|隐私|不爽|坑人
"""
"""Anger, doubt, a stranger: a person reads it (K3)."""

NEGATIVE_EMOJI: Final = frozenset("🛑⛔🚫😡😠🤬👎🖕💩😤✋🙅🤮")

TRADITIONAL: Final = str.maketrans(
    "訂閱閲發別請騷擾訊簡嗎謝煩這給個幫開復舉報詐騙圾閣對復還無聊號碼單",
    "订阅阅发别请骚扰讯简吗谢烦这给个帮开复举报诈骗圾阁对复还无聊号码单",
)

SPELLINGS: Final = (
    # the number of an order, a thing of that name
    (
        r"\b(td|stop|end|[rtn])[-_]\d[\w-]*|\b(?=[^\W_]*\d)[^\W_]++[-_](td|[rtn])\b|\btd[- ](lte|scdma|bank)\b",
        "code",
    ),
    (r"\bby mistake\b", "wrongly"),
    (
        r"(?:请问)?(?:可以|能不能|能否|可否|可不可以|能)((?:请|麻烦)?(?:[你您]们?)?[帮把给替].{0,6}(?:退订|拒收|取消订阅))吗?",
        r"\1",
    ),
    (r"(我的(电话|手机)?号码?)?从.{0,6}(名单|列表|数据库)[中里上]?(删除|移除|移出|去掉)", "退订"),
    (r"\br (u|you)\b", "are you"),
    (r"\bdo ?n ?['`]?t\b|\bdo ?not\b|\bno longer\b", "not"),
    (
        r"\b(does|did|wo|would|ca|can|could|should|is|are|was|were|has|have|had|will)(n ?['`]?t| ?not)\b",
        "happened",
    ),
    (r"\bno more\b", "nomore"),
    (r"\b(pls|plz|plse|pleas|plss)\b", "please"),
    (r"\b(thank (you|u)|thx|ty|tks|thanx|tnx|cheers)\b", "thanks"),
    (r"\bopt(ing)?[- ]?(me |us )?out\b", "optout"),
    (r"\bopt(ing)?[- ]?(me )?in\b", "optin"),
    (r"\bstop all\b", "stopall"),
    (r"\btake (me|us|(my|this) ((phone|cell|mobile) )?number|my name) off\b", "remove me"),
    (r"\bunsubscri(bing|ption)\b", "unsubscribe"),
    (r"\b(withdraw|withdrawing)\b", "revoke"),
    (r"\bi ?['`](d|m|ve|ll)\b", "i"),
    (r"\bf[u*]+c?k(ing|in)\b", "fucking"),
    (r"\bu\b", "you"),
)
"""Short forms and what they stand for, in this order."""
