"""Real cities for made-up people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city: how it is written in an address, its region (ISO 3166-2) and codes."""

    name: str
    region: str
    postcode: str
    area_code: str = ""  # of telephone numbers, in the United States


CHINA = (
    City("北京市朝阳区", "CN-BJ", "100020"),
    City("上海市浦东新区", "CN-SH", "200120"),
    City("广东省广州市天河区", "CN-GD", "510630"),
    City("广东省深圳市南山区", "CN-GD", "518052"),
    City("浙江省杭州市西湖区", "CN-ZJ", "310012"),
    City("江苏省南京市鼓楼区", "CN-JS", "210009"),
    City("四川省成都市武侯区", "CN-SC", "610041"),
    City("湖北省武汉市江汉区", "CN-HB", "430015"),
    City("陕西省西安市雁塔区", "CN-SN", "710061"),
    City("重庆市渝中区", "CN-CQ", "400010"),
    City("山东省青岛市市南区", "CN-SD", "266071"),
    City("辽宁省沈阳市和平区", "CN-LN", "110003"),
    City("福建省厦门市思明区", "CN-FJ", "361001"),
    City("湖南省长沙市岳麓区", "CN-HN", "410006"),
    City("黑龙江省哈尔滨市南岗区", "CN-HL", "150001"),
    City("新疆维吾尔自治区乌鲁木齐市天山区", "CN-XJ", "830002"),
)
AMERICA = (
    City("New York, NY", "US-NY", "10001", "212"),
    City("Chicago, IL", "US-IL", "60601", "312"),
    City("Houston, TX", "US-TX", "77002", "713"),
    City("Los Angeles, CA", "US-CA", "90012", "213"),
    City("Denver, CO", "US-CO", "80202", "303"),
    City("Boston, MA", "US-MA", "02108", "617"),
    City("Phoenix, AZ", "US-AZ", "85004", "602"),
    City("Seattle, WA", "US-WA", "98101", "206"),
    City("Atlanta, GA", "US-GA", "30303", "404"),
    City("Columbus, OH", "US-OH", "43215", "614"),
    City("Dallas, TX", "US-TX", "75201", "214"),
    City("San Francisco, CA", "US-CA", "94103", "415"),
    City("Miami, FL", "US-FL", "33130", "305"),
    City("Albuquerque, NM", "US-NM", "87102", "505"),
    City("Detroit, MI", "US-MI", "48226", "313"),
    City("Nashville, TN", "US-TN", "37203", "615"),
    City("New Orleans, LA", "US-LA", "70112", "504"),
    City("Portland, OR", "US-OR", "97204", "503"),
    City("Honolulu, HI", "US-HI", "96813", "808"),
    City("Anchorage, AK", "US-AK", "99501", "907"),
)
