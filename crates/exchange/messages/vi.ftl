# Cửa trao đổi dữ liệu: vì sao một yêu cầu không được thực hiện.
exc0001 = Chưa có thoả thuận chia sẻ dữ liệu cho phép cơ quan này dùng dịch vụ { $service }.
exc0002 = Thoả thuận chia sẻ dữ liệu cho dịch vụ { $service } không có hiệu lực vào ngày này.
exc0003 = Không có hồ sơ đang mở giao cho cơ quan và cán bộ này, nên không được dùng dịch vụ { $service }.
exc0004 = Cơ quan đã dùng hết số lượt trong ngày của dịch vụ { $service }. Vui lòng thử lại vào ngày mai.
exc0005 = Yêu cầu có trường dữ liệu mà thoả thuận về dịch vụ { $service } không cho phép.
exc0006 = Thoả thuận về dịch vụ { $service } không cho phép dùng dữ liệu vào mục đích này.
exc0007 = Vai trò của người thực hiện không được dùng dịch vụ { $service }.
exc0008 = Yêu cầu đụng đến dữ liệu của người không thuộc phạm vi được phép.
exc0009 = Chưa có sự đồng ý của người có dữ liệu.
exc0010 = Mã chống gửi trùng này đã được dùng cho một yêu cầu khác.
exc0011 = Không có dịch vụ hoặc cơ quan này.
exc0012 = Cơ sở dữ liệu tạm thời không trả lời. Chưa có gì thay đổi; vui lòng thử lại.
exc0013 = Chưa ghi được nhật ký truy cập nên yêu cầu không được thực hiện. Chưa có gì thay đổi; vui lòng thử lại.
exc0014 = Lỗi của chương trình: yêu cầu này không thể được ghi nhớ để chống gửi trùng.
exc0015 = Dịch vụ này hiện không được cung cấp tại đây.
exc0016 = Lỗi của chương trình: dữ liệu trao đổi không đúng khuôn dạng.
exc0017 = Một lần truy cập không được đụng đến quá nhiều người.
exc0018 = Yêu cầu này đã được thực hiện từ lâu và không thực hiện lại; câu trả lời khi đó không còn được lưu.

# Lỗi của gói dữ liệu, dành cho người soạn.
exc0101 = Định nghĩa không nêu căn cứ pháp lý.
exc0102 = Hai thiết lập của định nghĩa không thể đi cùng nhau.
exc0103 = Một danh sách không được để trống đang trống.
